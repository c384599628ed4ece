/**
 * Judges a history by the guarantees G1 to G7 of `docs/sessions.md`. This file has no clock and no socket.
 *
 * @module
 */

import { checkDown, checkEnd } from "./check_down.ts";
import { checkRollbacks } from "./check_rollbacks.ts";
import { checkUp } from "./check_up.ts";
import { Facts } from "./facts.ts";
import type { SessionHistory } from "./history.ts";
import type { Violation } from "../../check/violation.ts";

/** Finds the promises that a history breaks; none is the best answer. */
export function checkSession(history: SessionHistory): readonly Violation[] {
  const facts = new Facts(history);
  return [
    ...checkUp(facts),
    ...checkDown(facts),
    ...checkRollbacks(facts),
    ...checkEnd(facts),
  ];
}
