/**
 * The connection machine: from a state and an event to the next state and the
 * effects.
 *
 * This file and those it imports know no clock, no randomness and no I/O, and
 * must stay so: time and random numbers are arguments, deadlines are data in the
 * state, and the driver performs the effects after it has replaced the state. An
 * event of any socket but the present one changes nothing.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import { onClose, whileClosing } from "./states/closing.ts";
import { beginAttempt, whileConnecting } from "./states/connecting.ts";
import {
  abandon,
  notify,
  probed,
  refuseProbes,
  statusOf,
  unchanged,
} from "./effects.ts";
import { heartbeatDeadline } from "./judgement.ts";
import { onProbe, onWoke, whileOpen } from "./states/open.ts";
import { lose, type Loss } from "./loss.ts";
import { newSeries } from "./retry_state.ts";
import type {
  Closed,
  Context,
  Event,
  Idle,
  Occurrence,
  RetryState,
  State,
  Step,
} from "./state.ts";
import {
  onNetworkWhileWaiting,
  waitingDeadline,
  whileWaiting,
} from "./states/waiting.ts";

/** The state of a connection before `connect`. */
export function newConnection(now: number): Idle {
  return {
    kind: "idle",
    lastSocketId: 0,
    attempt: 0,
    attemptsInSeries: 0,
    failures: 0,
    seriesStartedAt: now,
    opens: 0,
    network: "online",
    token: "proven",
  };
}

/** When the machine needs the event `due`; `Infinity` for never. */
export function nextDeadline(
  state: State,
  context: Pick<Context, "config">,
): number {
  switch (state.kind) {
    case "idle":
    case "closed":
      return Infinity;
    case "connecting":
    case "closing":
      return state.deadline;
    case "open":
      return heartbeatDeadline(state.heartbeat, context.config);
    case "waiting":
      return waitingDeadline(state);
  }
}

/** Returns the next state, and the effects to perform after it has replaced this one. */
export function transition(state: State, event: Event, context: Context): Step {
  if (state.kind === "closed") return refuseProbe(state, event);
  if ("socket" in event && event.socket !== ownSocket(state)) {
    return unchanged(state);
  }
  switch (event.type) {
    case "away":
      return onAway(state, context);
    case "close":
      return onClose(state, event, context);
    case "network":
      return onNetwork(state, event.network, context);
    case "probe":
      return onProbe(state, event.request, context);
    case "reconnect":
      return onReconnect(state, event, context);
    default:
      return onOccurrence(state, event, context);
  }
}

function onOccurrence(
  state: Exclude<State, Closed>,
  event: Occurrence,
  context: Context,
): Step {
  switch (state.kind) {
    case "idle":
      return event.type === "connect"
        ? beginAttempt(newSeries(state, context), context)
        : unchanged(state);
    case "connecting":
      return whileConnecting(state, event, context);
    case "open":
      return whileOpen(state, event, context);
    case "waiting":
      return whileWaiting(state, event, context);
    case "closing":
      return whileClosing(state, event, context);
  }
}

function onReconnect(
  state: Exclude<State, Closed>,
  { reason, closeCode = 1000 }: Extract<Event, { type: "reconnect" }>,
  context: Context,
): Step {
  switch (state.kind) {
    case "closing":
      return unchanged(state);
    case "idle":
    case "waiting":
      return beginAttempt(newSeries(state, context), context);
    case "connecting": {
      const next = beginAttempt(newSeries(state, context), context);
      return { ...next, effects: [abandon(state.socket), ...next.effects] };
    }
    case "open": {
      const info: CloseInfo = { closeCode, reason, wasClean: true };
      const next = beginAttempt(newSeries(state, context), context);
      const { attempt } = state;
      const status = statusOf("connecting", next.state.attempt);
      return {
        ...next,
        effects: [
          { type: "abandon", socket: state.socket, closeCode, reason },
          ...refuseProbes(state.heartbeat, { kind: "not-open" }),
          // It carries the status, so it replaces the notification of the status.
          notify({ type: "disconnected", status, info, attempt }),
          ...next.effects.slice(1),
        ],
      };
    }
  }
}

function onNetwork(
  state: Exclude<State, Closed>,
  network: RetryState["network"],
  context: Context,
): Step {
  if (state.kind === "waiting") {
    return onNetworkWhileWaiting(state, network, context);
  }
  const next = { ...state, network };
  // The network that came back may be another one, on which the connection is dead.
  if (next.kind === "open" && network === "online") {
    return onWoke(next, context);
  }
  return { state: next, effects: [] };
}

/**
 * RFC 6455, 7.4.1: 1001 is for a page that was left. No attempt is made before
 * it comes back, as without a network.
 */
function onAway(state: Exclude<State, Closed>, context: Context): Step {
  switch (state.kind) {
    case "idle":
    case "closing":
      return unchanged(state);
    case "waiting":
      return onNetworkWhileWaiting(state, "offline", context);
    case "connecting":
      return lose({ ...state, network: "offline" }, AWAY, context);
    case "open": {
      // It is no failure of the connection.
      const series = newSeries(state, context);
      return lose({ ...state, ...series, network: "offline" }, AWAY, context);
    }
  }
}

const AWAY: Loss = {
  info: { closeCode: 1001, reason: "The page was put away", wasClean: true },
  verdict: "retry",
  socket: "alive",
};

function refuseProbe(state: Closed, event: Event): Step {
  if (event.type !== "probe") return unchanged(state);
  return { state, effects: [probed(event.request, { kind: "not-open" })] };
}

function ownSocket(state: State): number | undefined {
  return "socket" in state ? state.socket : undefined;
}
