/**
 * How an attempt or a connection ends: for good, or until the next attempt.
 *
 * @module
 */

import { delayBefore, offlineDelay } from "./backoff/backoff.ts";
import { type CloseInfo, LOST, NO_CLOSE_FRAME } from "../rfc6455/close.ts";
import { abandon, notify, refuseProbes, statusOf } from "./effects.ts";
import type { Failure } from "./failure.ts";
import { delayWithRetryAfter, requestedDelayOf } from "./retry_after.ts";
import type {
  CloseCause,
  Closed,
  Connecting,
  Context,
  Effect,
  Open,
  RetryState,
  Step,
  Verdict,
} from "./state.ts";
import { decide } from "./retry_policy.ts";
import { countLoss, retryStateOf } from "./retry_state.ts";

/** How a connection was lost, or an attempt failed. */
export interface Loss {
  readonly info: CloseInfo;
  readonly failure?: Failure;
  readonly verdict?: Verdict;
  /** `alive`: the socket must still be abandoned. */
  readonly socket: "alive" | "gone";
}

/** Ends an attempt or a connection: for good, or until the next attempt. */
export function lose(
  state: Connecting | Open,
  loss: Loss,
  context: Context,
): Step {
  const { info, failure = diagnose(info) } = loss;
  const cleanup: readonly Effect[] = [
    ...(loss.socket === "alive"
      ? [abandon(state.socket, ...closeFrameFor(failure))]
      : []),
    ...(state.kind === "open"
      ? refuseProbes(state.heartbeat, { kind: "failure", failure })
      : []),
  ];
  const counted = countLoss(state, failure, context);
  const decision = decide(
    { failure, token: counted.token, verdict: loss.verdict },
    context.config,
  );
  switch (decision.kind) {
    case "fatal":
      return finish(counted, {
        info,
        cause: "fatal",
        failure: decision.failure,
        cleanup,
      });
    case "renew":
      return retryLater({ ...counted, token: "renewed" }, {
        info,
        failure,
        cleanup: [...cleanup, { type: "invalidate" }],
      }, context);
    case "retry":
      return retryLater(counted, { info, failure, cleanup }, context);
  }
}

/** Ends an attempt or a connection whose socket is alive and must be abandoned. */
export function giveUp(
  state: Connecting | Open,
  failure: Failure,
  context: Context,
): Step {
  return lose(state, { info: LOST, failure, socket: "alive" }, context);
}

/** A loss that may be followed by another attempt. */
interface RetryableLoss {
  readonly info: CloseInfo;
  readonly failure: Failure;
  readonly cleanup: readonly Effect[];
}

/** Waits for the next attempt, unless none is left. */
function retryLater(
  retryState: RetryState,
  loss: RetryableLoss,
  context: Context,
): Step {
  const { now, random, config } = context;
  const { info, failure, cleanup } = loss;
  const retryAfter = requestedDelayOf(loss);
  const delay = delayToNextAttempt(
    retryState,
    { failure, retryAfter },
    context,
  );
  const elapsed = now.monotonic - retryState.seriesStartedAt;
  const { maxAttempts, maxElapsed } = config.backoff;
  if (
    retryState.attemptsInSeries >= maxAttempts || elapsed + delay > maxElapsed
  ) {
    return exhaust(retryState, loss, elapsed);
  }
  const { attempt, network } = retryState;
  const shown = network === "offline" ? Infinity : delay;
  return {
    state: {
      ...retryState,
      kind: "waiting",
      retryAt: now.monotonic + delay,
      notBefore: retryAfter === undefined ? -Infinity : now.wall + delay,
      trialAt: now.monotonic + offlineDelay(random),
    },
    effects: [
      ...cleanup,
      notify({
        type: "disconnected",
        status: statusOf("waiting", attempt, shown),
        info,
        ...unclean(info, failure),
        attempt,
      }),
    ],
  };
}

function exhaust(
  retryState: RetryState,
  { info, failure: cause, cleanup }: RetryableLoss,
  elapsed: number,
): Step {
  const { attemptsInSeries: attempts } = retryState;
  const failure: Failure = { type: "exhausted", attempts, elapsed, cause };
  return finish(retryState, { info, cause: "exhausted", failure, cleanup });
}

/** Milliseconds to the next attempt: the policy's, or what the server asked for. */
function delayToNextAttempt(
  retryState: RetryState,
  { failure, retryAfter }: {
    readonly failure: Failure;
    readonly retryAfter: number | undefined;
  },
  { config, random }: Context,
): number {
  // A probe fails on one machine after a sleep, not on a whole fleet: retry at once.
  if (
    failure.type === "heartbeat" && failure.kind === "probe" &&
    retryState.attemptsInSeries === 0
  ) return 0;
  const policy = delayBefore(retryState.failures, random, config.backoff);
  return retryAfter === undefined
    ? policy
    : delayWithRetryAfter(retryAfter, policy, random, config.backoff);
}

/** Ends a connection for good. */
export function finish(
  retryState: RetryState,
  end: {
    readonly info: CloseInfo;
    readonly cause: CloseCause;
    readonly failure?: Failure;
    readonly cleanup?: readonly Effect[];
  },
): Step<Closed> {
  const { cleanup = [], ...details } = end;
  const status = statusOf("closed", retryState.attempt);
  return {
    state: { ...retryStateOf(retryState), kind: "closed" },
    effects: [
      ...cleanup,
      notify({ type: "closed", status, ...details }),
      { type: "release" },
    ],
  };
}

/** The failure, unless both sides completed the closing handshake. */
export function unclean(
  info: CloseInfo,
  failure: Failure = diagnose(info),
): { readonly failure?: Failure } {
  return info.wasClean ? {} : { failure };
}

/** The failure that a close code alone stands for. */
function diagnose(info: CloseInfo): Failure {
  return info.closeCode === NO_CLOSE_FRAME
    ? { type: "lost", detail: "No close frame was received" }
    : { type: "closed", ...info };
}

/** Code and reason of the close frame when our side ends a connection (RFC 6455, 7.4.1). */
function closeFrameFor(
  failure: Failure,
): readonly [closeCode?: number, reason?: string] {
  if (failure.type === "closed") return [failure.closeCode, failure.reason];
  if (failure.type === "heartbeat") return [1011, "keepalive ping timeout"];
  if (failure.type === "inbox-overflow") return [1011, "inbox overflow"];
  return [];
}
