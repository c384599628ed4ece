/**
 * Judges a history by the guarantees G1 to G7 of `docs/sessions.md`, as far as
 * one machine goes. This file has no clock and no socket.
 *
 * @module
 */

import { checkDown, checkEnd } from "./check_down.ts";
import { checkUp } from "./check_up.ts";
import { Facts } from "./facts.ts";
import type { SessionHistory } from "./history.ts";
import type { Violation } from "../violation.ts";

/** Finds the promises that a history breaks; none is the best answer. */
export function checkSession(history: SessionHistory): readonly Violation[] {
  const facts = new Facts(history);
  return [...checkUp(facts), ...checkDown(facts), ...checkEnd(facts)];
}
