/**
 * The connection machine: from a state and an event to the next state and what
 * is to be done.
 *
 * This file and those it stands on know no clock, no randomness and no I/O, and
 * must stay so: time and chance are arguments, deadlines are data in the state,
 * and effects are performed by the driver after the state has been replaced. An
 * event of a socket that the state does not own changes nothing.
 *
 * @module
 */

import { begin, newSeries, whileConnecting } from "./connecting.ts";
import { type CloseInfo, LOST, NO_CLOSE_CODE } from "../rfc6455/close.ts";
import {
  abandon,
  notify,
  probed,
  refuseProbes,
  status,
  statusOf,
} from "./effects.ts";
import { finish, memoryOf, unclean } from "./loss.ts";
import { onProbe, onWoke, whileOpen } from "./open.ts";
import type { Failure } from "./failure.ts";
import { heartbeatDeadline } from "./heartbeat.ts";
import type {
  Closed,
  Closing,
  Context,
  Event,
  Idle,
  Occurrence,
  RetryState,
  State,
  Step,
  Waiting,
} from "./state.ts";

/** The state of a connection that nobody has started. */
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

/** When the machine wants to be told `due`; `Infinity` for never. */
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
      return state.network === "offline" ? Infinity : state.retryAt;
  }
}

/** The next state, and what is to be done after it has replaced this one. */
export function transition(state: State, event: Event, context: Context): Step {
  if (state.kind === "closed") return refuseProbe(state, event);
  if ("socket" in event && event.socket !== ownSocket(state)) {
    return unchanged(state);
  }
  switch (event.type) {
    case "close":
      return onClose(state, event, context);
    case "network":
      return onNetwork(state, event.network, context);
    case "probe":
      return onProbe(state, event.request, context);
    case "reconnect":
      return onReconnect(state, event.reason, context);
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
        ? begin(newSeries(state, context), context)
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

function whileWaiting(
  state: Waiting,
  event: Occurrence,
  context: Context,
): Step {
  switch (event.type) {
    case "woke":
      return state.network === "offline" || context.now.wall < state.notBefore
        ? unchanged(state)
        : begin(state, context);
    case "due":
      return context.now.monotonic < nextDeadline(state, context)
        ? unchanged(state)
        : begin(state, context);
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

function whileClosing(
  state: Closing,
  event: Occurrence,
  context: Context,
): Step {
  switch (event.type) {
    case "drained":
      return state.phase === "draining" ? shake(state) : unchanged(state);
    case "failed":
      return finish(state, {
        info: LOST,
        cause: "requested",
        failure: event.failure,
        cleanup: [abandon(state.socket, state.closeCode, state.reason)],
      });
    case "ended": {
      const { info, failure } = event;
      return finish(state, {
        info,
        cause: "requested",
        ...unclean(info, failure),
      });
    }
    case "due":
      return onCloseDue(state, context);
    case "connect":
    case "resolved":
    case "opened":
    case "greeted":
    case "heard":
    case "answered":
    case "paused":
    case "resumed":
    case "woke":
      return unchanged(state);
  }
}

function onClose(
  state: Exclude<State, Closed>,
  event: Extract<Event, { type: "close" }>,
  { now, config }: Context,
): Step {
  const { closeCode, reason } = event;
  // Nothing was open, so nothing was lost: the end is as clean as was asked.
  const asAsked: CloseInfo = {
    closeCode: closeCode ?? NO_CLOSE_CODE,
    reason,
    wasClean: true,
  };
  switch (state.kind) {
    case "idle":
    case "waiting":
      return finish(state, { info: asAsked, cause: "requested" });
    case "connecting":
      return finish(state, {
        info: asAsked,
        cause: "requested",
        cleanup: [abandon(state.socket)],
      });
    case "open":
      return {
        state: {
          ...memoryOf(state),
          kind: "closing",
          socket: state.socket,
          phase: "draining",
          deadline: now.monotonic + config.closeTimeout,
          closeCode,
          reason,
        },
        effects: [
          ...refuseProbes(state.heartbeat, { kind: "not-open" }),
          status("closing", state.attempt),
        ],
      };
    case "closing":
      return unchanged(state);
  }
}

function onReconnect(
  state: Exclude<State, Closed>,
  reason: string,
  context: Context,
): Step {
  switch (state.kind) {
    case "closing":
      return unchanged(state);
    case "idle":
    case "waiting":
      return begin(newSeries(state, context), context);
    case "connecting": {
      const next = begin(newSeries(state, context), context);
      return { ...next, effects: [abandon(state.socket), ...next.effects] };
    }
    case "open": {
      const info: CloseInfo = { closeCode: 1000, reason, wasClean: true };
      const next = begin(newSeries(state, context), context);
      const { attempt } = state;
      const status = statusOf("connecting", next.state.attempt);
      return {
        ...next,
        effects: [
          { type: "abandon", socket: state.socket, closeCode: 1000, reason },
          ...refuseProbes(state.heartbeat, { kind: "not-open" }),
          // Instead of the status alone.
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
  // A network that came back may not be the one that the connection was made on.
  if (next.kind === "open" && network === "online") {
    return onWoke(next, context);
  }
  return { state: next, effects: [] };
}

function onNetworkWhileWaiting(
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
  // Nothing was tried while offline, so that time does not count either.
  const next: Waiting = state.network === "offline"
    ? { ...state, network, seriesStartedAt: monotonic }
    : state;
  if (wall >= state.notBefore) return begin(next, context);
  const delay = Math.max(0, state.retryAt - monotonic);
  return { state: next, effects: [status("waiting", state.attempt, delay)] };
}

function onCloseDue(state: Closing, { config, now }: Context): Step {
  if (now.monotonic < state.deadline) return unchanged(state);
  const failure: Failure = {
    type: "close-timeout",
    timeout: config.closeTimeout,
  };
  const { socket, closeCode, reason } = state;
  return finish(state, {
    info: LOST,
    cause: "requested",
    failure,
    cleanup: [abandon(socket, closeCode, reason)],
  });
}

function shake(state: Closing): Step {
  const { socket, closeCode, reason } = state;
  return {
    state: { ...state, phase: "handshake" },
    effects: [{ type: "close", socket, closeCode, reason }],
  };
}

function refuseProbe(state: Closed, event: Event): Step {
  if (event.type !== "probe") return unchanged(state);
  return { state, effects: [probed(event.request, { kind: "not-open" })] };
}

function unchanged(state: State): Step {
  return { state, effects: [] };
}

function ownSocket(state: State): number | undefined {
  return "socket" in state ? state.socket : undefined;
}
