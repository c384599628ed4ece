/**
 * One attempt: resolve the URL and the token, connect, exchange the greeting.
 *
 * @module
 */

import { notify, status, statusOf, unchanged } from "../effects.ts";
import { giveUp, lose } from "../loss.ts";
import type { Failure } from "../failure.ts";
import { newHeartbeat } from "../heartbeat.ts";
import type {
  Agreed,
  Connecting,
  Context,
  Effect,
  Occurrence,
  RetryState,
  Step,
} from "../state.ts";
import { retryStateOf } from "../retry_state.ts";
import { SUSPENSION_TOLERANCE } from "../suspension.ts";

const NOTHING_AGREED: Agreed = {
  protocol: "",
  extensions: "",
  pings: "none",
  output: "direct",
};

/** Begins an attempt, with a new socket id. */
export function beginAttempt(
  before: RetryState,
  { now, config }: Context,
): Step<Connecting> {
  const socket = before.lastSocketId + 1;
  const attempt = before.attemptsInSeries + 1;
  return {
    state: {
      ...retryStateOf(before),
      kind: "connecting",
      phase: "resolving",
      lastSocketId: socket,
      socket,
      attempt,
      attemptsInSeries: attempt,
      deadline: now.monotonic + config.openTimeout,
      timeout: config.openTimeout,
      lateness: "none",
      agreed: NOTHING_AGREED,
    },
    effects: [status("connecting", attempt), { type: "resolve", socket }],
  };
}

/** What an event does to an attempt under way. */
export function whileConnecting(
  state: Connecting,
  event: Occurrence,
  context: Context,
): Step {
  switch (event.type) {
    case "resolved":
      if (state.phase !== "resolving") return unchanged(state);
      return {
        state: { ...state, phase: "opening" },
        effects: [{ type: "open", socket: state.socket }],
      };
    case "opened":
      return onOpened(state, event.agreed, context);
    case "greeted":
      return state.phase === "greeting"
        ? enterOpen(state, context)
        : unchanged(state);
    case "failed":
      return giveUp(state, event.failure, context);
    case "ended":
      return lose(state, { ...event, socket: "gone" }, context);
    case "due":
      return onAttemptDue(state, context);
    case "connect":
    case "heard":
    case "answered":
    case "paused":
    case "resumed":
    case "drained":
    case "woke":
      return unchanged(state);
  }
}

function onOpened(state: Connecting, agreed: Agreed, context: Context): Step {
  if (state.phase !== "opening") return unchanged(state);
  const { config, now } = context;
  const greet: Effect = { type: "greet", socket: state.socket };
  const { greeting } = config;
  if (
    greeting === undefined || (greeting.expect === undefined && !greeting.hook)
  ) {
    const next = enterOpen({ ...state, agreed }, context);
    return { ...next, effects: [greet, ...next.effects] };
  }
  const next: Connecting = { ...state, phase: "greeting", agreed };
  const { timeout } = greeting;
  const deadline = now.monotonic + timeout;
  return {
    state: deadline < state.deadline ? { ...next, deadline, timeout } : next,
    effects: [greet],
  };
}

function enterOpen(state: Connecting, { config, now }: Context): Step {
  const { agreed, socket, attempt, opens } = state;
  const { protocol, extensions, pings, output } = agreed;
  return {
    state: {
      ...retryStateOf(state),
      kind: "open",
      socket,
      opens: opens + 1,
      // An answered greeting proves that the token is good.
      token: state.phase === "greeting" ? "proven" : state.token,
      openedAt: now.monotonic,
      heartbeat: newHeartbeat(now.monotonic, { config, pings, output }),
    },
    effects: [
      notify({
        type: "opened",
        status: statusOf("open", attempt),
        protocol,
        extensions,
        reconnected: opens > 0,
      }),
    ],
  };
}

function onAttemptDue(state: Connecting, context: Context): Step {
  const { config, now } = context;
  if (now.monotonic < state.deadline) return unchanged(state);
  if (wasAsleep(state, context)) {
    const extension = Math.min(config.probeTimeout, config.openTimeout);
    const deadline = now.monotonic + extension;
    return { state: { ...state, lateness: "excused", deadline }, effects: [] };
  }
  const { phase, timeout } = state;
  const failure: Failure = { type: "open-timeout", timeout, phase };
  return giveUp(state, failure, context);
}

/**
 * After a sleep the attempt gets time to read what has arrived meanwhile. Once:
 * if timers are always late, the attempt must end nevertheless.
 */
function wasAsleep(state: Connecting, { now }: Context): boolean {
  return state.lateness === "none" &&
    now.monotonic >= state.deadline + SUSPENSION_TOLERANCE;
}
