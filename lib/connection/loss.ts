/**
 * How an attempt or a connection ends: for good, or until the next attempt.
 *
 * @module
 */

import { delayBefore, retryAfterDelay } from "./backoff.ts";
import { type CloseInfo, NO_CLOSE_FRAME } from "../rfc6455/close.ts";
import { abandon, notify, refuseProbes, statusOf } from "./effects.ts";
import type { Failure } from "./failure.ts";
import { retryAfterOf } from "./retry_after.ts";
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

/** How a connection or an attempt came to its end. */
export interface Loss {
  readonly info: CloseInfo;
  readonly failure?: Failure;
  readonly verdict?: Verdict;
  /** Whether the socket still has to be abandoned. */
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
      return wait({ ...counted, token: "renewed" }, {
        info,
        failure,
        cleanup: [...cleanup, { type: "invalidate" }],
      }, context);
    case "retry":
      return wait(counted, { info, failure, cleanup }, context);
  }
}

/** A loss that may be followed by another attempt. */
interface RetryableLoss {
  readonly info: CloseInfo;
  readonly failure: Failure;
  readonly cleanup: readonly Effect[];
}

function wait(
  memory: RetryState,
  setback: RetryableLoss,
  context: Context,
): Step {
  const { now, config } = context;
  const { info, failure, cleanup } = setback;
  const advice = retryAfterOf(setback);
  const delay = delayAfter(memory, { failure, advice }, context);
  const elapsed = now.monotonic - memory.seriesStartedAt;
  const { maxAttempts, maxElapsed } = config.backoff;
  if (memory.attemptsInSeries >= maxAttempts || elapsed + delay > maxElapsed) {
    return exhaust(memory, setback, elapsed);
  }
  const { attempt, network } = memory;
  const shown = network === "offline" ? Infinity : delay;
  return {
    state: {
      ...memory,
      kind: "waiting",
      retryAt: now.monotonic + delay,
      notBefore: advice === undefined ? -Infinity : now.wall + delay,
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
  memory: RetryState,
  { info, failure: cause, cleanup }: RetryableLoss,
  elapsed: number,
): Step {
  const { attemptsInSeries: attempts } = memory;
  const failure: Failure = { type: "exhausted", attempts, elapsed, cause };
  return finish(memory, { info, cause: "exhausted", failure, cleanup });
}

function delayAfter(
  memory: RetryState,
  { failure, advice }: {
    readonly failure: Failure;
    readonly advice: number | undefined;
  },
  { config, random }: Context,
): number {
  // A probe fails on one machine that woke up, not on a fleet: no need to spread.
  if (
    failure.type === "heartbeat" && failure.kind === "probe" &&
    memory.attemptsInSeries === 0
  ) return 0;
  const policy = delayBefore(memory.failures, random, config.backoff);
  return advice === undefined
    ? policy
    : retryAfterDelay(advice, policy, random, config.backoff);
}

/** Ends it for good. */
export function finish(
  memory: RetryState,
  end: {
    readonly info: CloseInfo;
    readonly cause: CloseCause;
    readonly failure?: Failure;
    readonly cleanup?: readonly Effect[];
  },
): Step<Closed> {
  const { cleanup = [], ...known } = end;
  const status = statusOf("closed", memory.attempt);
  return {
    state: { ...retryStateOf(memory), kind: "closed" },
    effects: [
      ...cleanup,
      notify({ type: "closed", status, ...known }),
      { type: "release" },
    ],
  };
}

/** The failure, unless both sides parted in good order. */
export function unclean(
  info: CloseInfo,
  failure: Failure = diagnose(info),
): { readonly failure?: Failure } {
  return info.wasClean ? {} : { failure };
}

/** What an end means of which nothing else is known. */
function diagnose(info: CloseInfo): Failure {
  return info.closeCode === NO_CLOSE_FRAME
    ? { type: "lost", detail: "No close frame was received" }
    : { type: "closed", ...info };
}

/** What the peer is told when we are the ones to end it (RFC 6455, 7.4.1). */
function closeFrameFor(
  failure: Failure,
): readonly [closeCode?: number, reason?: string] {
  if (failure.type === "heartbeat") return [1011, "keepalive ping timeout"];
  if (failure.type === "inbox-overflow") return [1011, "inbox overflow"];
  return [];
}
