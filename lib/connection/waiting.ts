/**
 * The time between two attempts.
 *
 * @module
 */

import { beginAttempt } from "./connecting.ts";
import { status, unchanged } from "./effects.ts";
import type {
  Context,
  Occurrence,
  RetryState,
  Step,
  Waiting,
} from "./state.ts";

/** When the next attempt begins by itself; `Infinity` while there is no network. */
export function waitingDeadline({ network, retryAt }: Waiting): number {
  return network === "offline" ? Infinity : retryAt;
}

/** What an event does to a connection that waits for its next attempt. */
export function whileWaiting(
  state: Waiting,
  event: Occurrence,
  context: Context,
): Step {
  switch (event.type) {
    case "woke":
      return state.network === "offline" || context.now.wall < state.notBefore
        ? unchanged(state)
        : beginAttempt(state, context);
    case "due":
      return context.now.monotonic < waitingDeadline(state)
        ? unchanged(state)
        : beginAttempt(state, context);
    case "connect":
    case "resolved":
    case "opened":
    case "greeted":
    case "failed":
    case "ended":
    case "heard":
    case "answered":
    case "paused":
    case "resumed":
    case "drained":
      return unchanged(state);
  }
}

/** What a change of the network does to a connection that waits. */
export function onNetworkWhileWaiting(
  state: Waiting,
  network: RetryState["network"],
  context: Context,
): Step {
  if (network === "offline") {
    return {
      state: { ...state, network },
      effects: [status("waiting", state.attempt, Infinity)],
    };
  }
  const { monotonic, wall } = context.now;
  // No attempt was made while offline, so that time does not count for `maxElapsed`.
  const next: Waiting = state.network === "offline"
    ? { ...state, network, seriesStartedAt: monotonic }
    : state;
  if (wall >= state.notBefore) return beginAttempt(next, context);
  const delay = Math.max(0, state.retryAt - monotonic);
  return { state: next, effects: [status("waiting", state.attempt, delay)] };
}
