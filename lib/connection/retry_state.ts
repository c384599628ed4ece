/**
 * What a connection remembers from one attempt to the next: how many attempts it
 * made, and which of its connections were stable.
 *
 * @module
 */

import { attemptAfterDrop } from "./backoff/backoff.ts";
import type { Failure } from "./failure.ts";
import type { Connecting, Context, Open, RetryState } from "./state.ts";

/** The part of a state that outlives it. */
export function retryStateOf(state: RetryState): RetryState {
  return {
    lastSocketId: state.lastSocketId,
    attempt: state.attempt,
    attemptsInSeries: state.attemptsInSeries,
    failures: state.failures,
    seriesStartedAt: state.seriesStartedAt,
    opens: state.opens,
    network: state.network,
    token: state.token,
  };
}

/** Starts a new series of attempts, as the user asked. */
export function newSeries(state: RetryState, { now }: Context): RetryState {
  return {
    ...state,
    attemptsInSeries: 0,
    failures: 0,
    seriesStartedAt: now.monotonic,
  };
}

/** Counts a loss. The loss of a stable connection starts a new series. */
export function countLoss(
  state: Connecting | Open,
  failure: Failure,
  { config, now }: Context,
): RetryState {
  const before = retryStateOf(state);
  if (state.kind === "connecting" && state.network === "offline") {
    return {
      ...before,
      // A trial without a network is no attempt of the series.
      attemptsInSeries: state.attemptsInSeries - 1,
      failures: Math.max(1, state.failures),
      seriesStartedAt: now.monotonic,
    };
  }
  const stable = state.kind === "open" &&
    uptime(state, failure, now.monotonic) >= config.stableAfter;
  if (!stable) {
    const failures = state.failures + 1;
    return {
      ...before,
      failures: state.kind === "open"
        ? attemptAfterDrop(failures, config.backoff)
        : failures,
    };
  }
  return {
    ...before,
    attemptsInSeries: 0,
    failures: 1,
    seriesStartedAt: now.monotonic,
    token: "proven",
  };
}

/** A connection that fell silent counts as up until something last arrived. */
function uptime(
  { openedAt, heartbeat }: Open,
  failure: Failure,
  now: number,
): number {
  return (failure.type === "heartbeat" ? heartbeat.heardAt : now) - openedAt;
}
