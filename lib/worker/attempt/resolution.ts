/**
 * What an attempt finds out before it connects.
 *
 * @module
 */

import type { TokenPlacement } from "../../identity/token.ts";
import type { Target, TransportKind } from "../../transport/transport.ts";
import type { Hooks } from "./hooks.ts";

/** What an attempt found out. */
export interface Resolution {
  readonly kind: TransportKind;
  readonly hooks: Hooks;
  /** Where to connect, without a token. */
  readonly url: string;
  /** The same with the token in its place. */
  readonly target: Target;
  readonly token: string | undefined;
  readonly placement: TokenPlacement | undefined;
}
