/**
 * The client's machine: from a state and an event to the next state and what is
 * to be done.
 *
 * Time and chance are arguments, deadlines are data in the state, and effects
 * are performed in their order after the state has been replaced. An event of a
 * connection that the state does not own changes nothing.
 *
 * @module
 */

import {
  acknowledge,
  consume,
  disconnect,
  finishIfDone,
  onAttachedFrame,
} from "./flow.ts";
import { beginHandshake, onAnswer } from "./handshake.ts";
import { onConfirmed, onSkipped } from "./numbering.ts";
import { canSend, sendControl, sendNext, transmit } from "./sending.ts";
import {
  type ClientAttached,
  type ClientContext,
  type ClientEnded,
  type ClientEvent,
  type ClientHandshaking,
  type ClientState,
  type ClientStep,
  lastingOf,
  progressOf,
} from "./state.ts";
import { isViolation } from "../flow/credit.ts";
import { entriesOf, sizeOf } from "../flow/numbered.ts";
import { arriveTogether, progress } from "../flow/receiving.ts";
import type { DataRun } from "../wire/run.ts";
import { SESSION_CLOSE } from "../wire/violation.ts";

type Live = Exclude<ClientState, ClientEnded>;

/** Returns whether frames that came together may go into one event. */
export function takesRun(state: ClientState, run: DataRun): boolean {
  return state.kind === "attached" &&
    arriveTogether(state.receiving, run) !== undefined;
}

/** When the machine needs the event `due`; `Infinity` for never. */
export function clientDeadline(state: ClientState): number {
  switch (state.kind) {
    case "ended":
      return Infinity;
    case "detached":
      return state.closeAt;
    case "handshaking":
      return Math.min(state.deadline, state.closeAt);
    case "attached":
      return Math.min(state.receiving.ackAt, state.moveAt, state.closeAt);
  }
}

/** The next state, and what is to be done after it has replaced this one. */
export function clientTransition(
  state: ClientState,
  event: ClientEvent,
  context: ClientContext,
): ClientStep {
  if (state.kind === "ended") return { state, effects: [] };
  switch (event.type) {
    case "connected":
      return beginHandshake(lastingOf(state), event, context);
    case "disconnected":
      return owns(state, event.connection)
        ? finishIfDone({ ...lastingOf(state), kind: "detached" }, context)
        : unchanged(state);
    case "received":
      return onReceived(state, event, context);
    case "send":
      return onSend(state, event);
    case "skipped":
      return onSkipped(state);
    case "confirmed":
      return onConfirmed(state);
    case "consumed":
      return consume(state, event.index, context);
    case "close":
      return onClose(state, context);
    case "due":
      return onDue(state, context);
    case "ping":
    case "authenticate":
    case "flush":
      return state.kind === "attached"
        ? whileAttached(state, event, context)
        : unchanged(state);
  }
}

function onReceived(
  state: Live,
  { connection, frame }: Extract<ClientEvent, { type: "received" }>,
  context: ClientContext,
): ClientStep {
  if (!owns(state, connection)) return unchanged(state);
  if (isViolation(frame)) return disconnect(state, frame);
  return state.kind === "handshaking"
    ? onAnswer(state, frame, context)
    : onAttachedFrame(state, frame, context);
}

function onSend(
  state: Live,
  { message }: Extract<ClientEvent, { type: "send" }>,
): ClientStep {
  if (!canSend(state, message.bytes)) {
    throw new TypeError("A message may be sent only if canSend() says so");
  }
  return sendNext(state, message);
}

function whileAttached(
  state: ClientAttached,
  event: Extract<ClientEvent, { type: "ping" | "authenticate" | "flush" }>,
  { config }: ClientContext,
): ClientStep {
  switch (event.type) {
    case "ping": {
      const effects = [transmit(state, { type: "ping", n: event.n })];
      return { state, effects };
    }
    case "authenticate": {
      const { auth } = event;
      return { state, effects: [sendControl(state, { op: "auth", auth })] };
    }
    case "flush":
      return acknowledge(state, config.capacity);
  }
}

function onClose(state: Live, context: ClientContext): ClientStep {
  if (state.closeAt < Infinity) return unchanged(state);
  const closeAt = context.now + context.config.closeTimeout;
  return finishIfDone({ ...state, closeAt }, context);
}

function onDue(state: Live, context: ClientContext): ClientStep {
  const { now, config } = context;
  if (now >= state.closeAt) return finish(state);
  if (state.kind === "handshaking" && now >= state.deadline) {
    return disconnect(state, {
      closeCode: SESSION_CLOSE.timeout,
      reason: "No answer in time",
    });
  }
  if (state.kind !== "attached") return unchanged(state);
  if (now >= state.moveAt) return move(state, config.capacity);
  const { receiving, frame } = progress(
    state.receiving,
    progressOf(state),
    { capacity: config.capacity, now },
  );
  const effects = frame === undefined ? [] : [transmit(state, frame)];
  return { state: { ...state, receiving }, effects };
}

/** Acknowledges, so that the next server sends nothing twice, and leaves. */
function move(
  state: ClientAttached,
  capacity: ClientContext["config"]["capacity"],
): ClientStep {
  const { effects } = acknowledge(state, capacity);
  const left = disconnect(state, {
    closeCode: SESSION_CLOSE.moving,
    reason: "Moving",
  });
  return { ...left, effects: [...effects, ...left.effects] };
}

/** `close()` waits no longer. What is not accepted may have been handled. */
function finish(state: Live): ClientStep {
  const { retained } = state;
  const ended: ClientEnded = { ...lastingOf(state), kind: "ended" };
  const dropped: ClientStep["effects"] = sizeOf(retained) === 0 ? [] : [{
    type: "dropped",
    why: "unknown",
    range: { first: retained.first, last: retained.last },
    messages: entriesOf(retained),
  }];
  const closing: ClientStep["effects"] = state.kind === "detached" ? [] : [{
    type: "disconnect",
    connection: state.connection,
    closeCode: SESSION_CLOSE.normal,
    reason: "",
  }];
  return { state: ended, effects: [...dropped, ...closing, { type: "ended" }] };
}

function owns(
  state: Live,
  connection: number,
): state is ClientHandshaking | ClientAttached {
  return state.kind !== "detached" && state.connection === connection;
}

function unchanged(state: ClientState): ClientStep {
  return { state, effects: [] };
}
