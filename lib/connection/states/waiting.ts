/**
 * The time between two attempts.
 *
 * @module
 */

import { offlineDelay } from "../backoff/backoff.ts";
import { beginAttempt } from "./connecting.ts";
import { status, unchanged } from "../effects.ts";
import type {
  Context,
  Occurrence,
  RetryState,
  Step,
  Waiting,
} from "../state.ts";

/** When the next attempt begins, if nothing else happens. */
export function waitingDeadline(state: Waiting): number {
  const { network, retryAt, trialAt } = state;
  return network === "offline" ? Math.max(retryAt, trialAt) : retryAt;
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
    // A platform that repeats itself does not postpone the trial.
    const trialAt = state.network === "offline"
      ? state.trialAt
      : context.now.monotonic + offlineDelay(context.random);
    return {
      state: { ...state, network, trialAt },
      effects: [status("waiting", state.attempt, Infinity)],
    };
  }
  const { monotonic, wall } = context.now;
  // The time without a network does not count in `maxElapsed`.
  const next: Waiting = state.network === "offline"
    ? { ...state, network, seriesStartedAt: monotonic }
    : state;
  if (wall >= state.notBefore) return beginAttempt(next, context);
  const delay = Math.max(0, state.retryAt - monotonic);
  return { state: next, effects: [status("waiting", state.attempt, delay)] };
}
