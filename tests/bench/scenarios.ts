/**
 * All that is measured, in the order of the table.
 *
 * @module
 */

import { blocked } from "./blocked.ts";
import { fleet } from "./fleet.ts";
import { inbound } from "./inbound.ts";
import type { Scenario } from "./harness/scenario.ts";
import { opening } from "./opening.ts";
import { outbound } from "./outbound.ts";
import { roundTrip } from "./round_trip.ts";

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  ...opening,
  ...inbound,
  ...outbound,
  ...roundTrip,
  ...fleet,
  ...blocked,
];
