/**
 * When a connection loses its session to another one.
 *
 * @module
 */

import type { ServerEvent, ServerState } from "../../session/server/state.ts";

/**
 * Returns whether an event takes the session from the connection that has it:
 * by a notice, or by the answer to a step if the notice was late or lost.
 */
export function isFencing(state: ServerState, event: ServerEvent): boolean {
  if (state.kind !== "attached") return false;
  switch (event.type) {
    case "fenced":
      return event.why === "taken" && event.fence >= state.lease.fence;
    case "accepted":
    case "ended":
      return event.answer.kind === "fenced";
    default:
      return false;
  }
}
