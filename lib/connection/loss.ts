/**
 * How an attempt or a connection ends: for good, or until the next attempt.
 *
 * @module
 */

import { attemptAfterDrop, delayBefore, retryAfterDelay } from "./backoff.ts";
import { type CloseInfo, NO_CLOSE_FRAME } from "../rfc6455/close.ts";
import { abandon, notify, refuseProbes, statusOf } from "./effects.ts";
import type { Failure } from "./failure.ts";
import { retryAfterOfClose } from "./retry_after.ts";
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
import { isFatal, isUnauthorized } from "./retry_policy.ts";

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
      ? [abandon(state.socket, ...wireCode(failure))]
      : []),
    ...(state.kind === "open"
      ? refuseProbes(state.heartbeat, { kind: "failure", failure })
      : []),
  ];
  const known = afterLoss(state, failure, context);
  const judged = judgeLoss(known, { ...loss, failure }, context);
  switch (judged.kind) {
    case "fatal":
      return finish(known, {
        info,
        cause: "fatal",
        failure: judged.failure,
        cleanup,
      });
    case "renew":
      return wait({ ...known, token: "renewed" }, {
        info,
        failure,
        cleanup: [...cleanup, { type: "invalidate" }],
      }, context);
    case "retry":
      return wait(known, { info, failure, cleanup }, context);
  }
}

type Judged =
  | { readonly kind: "retry" }
  | { readonly kind: "renew" }
  | { readonly kind: "fatal"; readonly failure: Failure };

function judgeLoss(
  memory: RetryState,
  { failure, verdict }: {
    readonly failure: Failure;
    readonly verdict?: Verdict;
  },
  { config }: Context,
): Judged {
  if (verdict === "fatal") return { kind: "fatal", failure };
  if (config.renewableToken && refusesToken(failure)) {
    // With a token that was refused, a retry would be of no use.
    if (memory.token === "proven" || verdict === "retry") {
      return { kind: "renew" };
    }
    const detail = "A fresh token was refused as well";
    return {
      kind: "fatal",
      failure: { type: "authentication", detail, cause: failure },
    };
  }
  return verdict !== "retry" && isFatal(failure, config)
    ? { kind: "fatal", failure }
    : { kind: "retry" };
}

function refusesToken(failure: Failure): boolean {
  return failure.type === "authentication" || isUnauthorized(failure);
}

/** Counts the loss; a connection that was stable forgets what came before. */
function afterLoss(
  state: Connecting | Open,
  failure: Failure,
  { config, now }: Context,
): RetryState {
  const memory = memoryOf(state);
  const stable = state.kind === "open" &&
    uptime(state, failure, now.monotonic) >= config.stableAfter;
  if (!stable) {
    const failures = state.failures + 1;
    return {
      ...memory,
      failures: state.kind === "open"
        ? attemptAfterDrop(failures, config.backoff)
        : failures,
    };
  }
  return {
    ...memory,
    attemptsInSeries: 0,
    failures: 1,
    seriesStartedAt: now.monotonic,
    token: "proven",
  };
}

/** A connection that fell silent was up for as long as something was heard. */
function uptime(
  { openedAt, heartbeat }: Open,
  failure: Failure,
  now: number,
): number {
  return (failure.type === "heartbeat" ? heartbeat.heardAt : now) - openedAt;
}

/** A loss that may be followed by another attempt. */
interface Setback {
  readonly info: CloseInfo;
  readonly failure: Failure;
  readonly cleanup: readonly Effect[];
}

function wait(memory: RetryState, setback: Setback, context: Context): Step {
  const { now, config } = context;
  const { info, failure, cleanup } = setback;
  const advice = adviceOf(setback);
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
  { info, failure: cause, cleanup }: Setback,
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

/** When the server wants us back, in milliseconds. */
function adviceOf(
  { info, failure }: { readonly info: CloseInfo; readonly failure: Failure },
): number | undefined {
  return failure.type === "handshake"
    ? failure.retryAfter
    : retryAfterOfClose(info.closeCode, info.reason);
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
    state: { ...memoryOf(memory), kind: "closed" },
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
function wireCode(
  failure: Failure,
): readonly [closeCode?: number, reason?: string] {
  if (failure.type === "heartbeat") return [1011, "keepalive ping timeout"];
  if (failure.type === "inbox-overflow") return [1011, "inbox overflow"];
  return [];
}

/** What outlives a state. */
export function memoryOf(memory: RetryState): RetryState {
  return {
    lastSocketId: memory.lastSocketId,
    attempt: memory.attempt,
    attemptsInSeries: memory.attemptsInSeries,
    failures: memory.failures,
    seriesStartedAt: memory.seriesStartedAt,
    opens: memory.opens,
    network: memory.network,
    token: memory.token,
  };
}
