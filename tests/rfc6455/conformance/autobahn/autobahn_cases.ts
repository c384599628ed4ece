/**
 * The cases of the Autobahn test suite, sections 1 to 7 and 9, written anew
 * from their descriptions: what a peer sends, and what its receiver makes of
 * it. Frames are not masked; a test masks them for a server.
 *
 * @module
 */

import type { Case } from "./autobahn_case.ts";
import { closingCases } from "./autobahn_closing.ts";
import {
  fragmentationCases,
  framingCases,
  pingsCases,
  reservedBitsCases,
  reservedOpcodesCases,
} from "./autobahn_frames.ts";
import { largeCases } from "./autobahn_large.ts";
import { utf8Cases } from "./autobahn_utf8.ts";

/** All cases. */
export const AUTOBAHN_CASES: readonly Case[] = [
  ...framingCases(),
  ...pingsCases(),
  ...reservedBitsCases(),
  ...reservedOpcodesCases(),
  ...fragmentationCases(),
  ...utf8Cases(),
  ...closingCases(),
  ...largeCases(),
];
