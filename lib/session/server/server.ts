/**
 * The server's machine for one connection: from a state and an event to the
 * next state and what is to be done.
 *
 * Time is an argument, deadlines are data in the state, and effects are
 * performed in their order after the state has been replaced. What the store,
 * the handler and `authenticate` answer comes back as events.
 *
 * @module
 */

import { onAdmitted, onAnswered, onOpened } from "./answers.ts";
import { askAgain, onFirstFrame } from "./handshake.ts";
import { onAttachedFrame, onNotice } from "./flow.ts";
import type {
  ServerAttached,
  ServerContext,
  ServerEvent,
  ServerState,
  ServerStep,
} from "./state.ts";
import {
  closed,
  closePeer,
  leave,
  onAccepted,
  onDue,
  onEnded,
  onFailed,
  onHandled,
  onMove,
  onPing,
  onRenew,
  onUnbegun,
  work,
} from "./work.ts";
import { SESSION_CLOSE, violation } from "../wire/violation.ts";

/** When the machine needs the event `due`; `Infinity` for never. */
export function serverDeadline(state: ServerState): number {
  switch (state.kind) {
    case "waiting":
      return state.deadline;
    case "attaching":
      return state.askAt;
    case "attached":
      return state.peer === "connected"
        ? Math.min(state.receiving.ackAt, state.reportAt)
        : Infinity;
    case "admitting":
    case "opening":
    case "closed":
      return Infinity;
  }
}

/** The next state, and what is to be done after it has replaced this one. */
export function serverTransition(
  state: ServerState,
  event: ServerEvent,
  context: ServerContext,
): ServerStep {
  switch (state.kind) {
    case "closed":
      return unchanged(state);
    case "attached":
      return whileAttached(state, event, context);
    default:
      return beforeAttached(state, event, context);
  }
}

type Early = Exclude<ServerState, { kind: "attached" | "closed" }>;

function beforeAttached(
  state: Early,
  event: ServerEvent,
  context: ServerContext,
): ServerStep {
  switch (event.type) {
    case "received":
      return state.kind === "waiting"
        ? onFirstFrame(event.frame)
        : refuse(state, violation("Nothing may come before the answer"));
    case "disconnected":
      return abandon(state);
    case "due":
      return onEarlyDue(state, context);
    case "admitted":
      return onAdmitted(state, event, context);
    case "refused":
      return state.kind === "admitting"
        ? closed([{ ...event, type: "close" }])
        : unchanged(state);
    case "opened":
      return onOpened(state, event, context);
    case "attached":
      return onAnswered(state, event, context);
    case "rolled-back":
      return refuse(state, {
        closeCode: SESSION_CLOSE.unavailable,
        reason: "The store has restarted",
      });
    case "accepted":
    case "read":
    case "ended":
    case "handled":
    case "failed":
    case "renew":
    case "unbegun":
    case "appended":
    case "wanted":
    case "fenced":
    case "move":
    case "ping":
      return unchanged(state);
  }
}

function whileAttached(
  before: ServerAttached,
  event: ServerEvent,
  context: ServerContext,
): ServerStep {
  const state = consumeRenewal(before);
  switch (event.type) {
    case "received":
      return onAttachedFrame(state, event.frame, context);
    case "disconnected":
      return work(leave({ ...state, peer: "gone" }), context);
    case "due":
      return onDue(state, context);
    case "admitted":
      return event.principal === state.principal ? unchanged(state) : closePeer(
        state,
        violation("Another principal", SESSION_CLOSE.principal),
        context,
      );
    case "refused":
      return closePeer(state, event, context);
    case "accepted":
      return onAccepted(state, event.answer, context);
    case "ended":
      return onEnded(state, event.answer);
    case "handled":
      return onHandled(state, event, context);
    case "failed":
      return onFailed(state, event.seq, context);
    case "renew":
      return onRenew(state, context);
    case "unbegun":
      return onUnbegun(state, event.seq, context);
    case "read":
    case "appended":
    case "wanted":
    case "fenced":
    case "rolled-back":
      return onNotice(state, event, context);
    case "move":
      return onMove(state, event, context);
    case "ping":
      return onPing(state, event.n);
    case "opened":
    case "attached":
      return unchanged(state);
  }
}

/** A renewal that was confirmed twice counts only now, not for later events. */
function consumeRenewal(state: ServerAttached): ServerAttached {
  return state.renewal === "twice" ? { ...state, renewal: "none" } : state;
}

function onEarlyDue(state: Early, { now, config }: ServerContext): ServerStep {
  if (state.kind === "attaching" && now >= state.askAt) {
    return askAgain(state, { now, config });
  }
  return state.kind === "waiting" && now >= state.deadline
    ? closed([{
      type: "close",
      closeCode: SESSION_CLOSE.timeout,
      reason: "No first message in time",
    }])
    : unchanged(state);
}

/** Closes a connection that has no session yet. */
function refuse(
  state: Early,
  { closeCode, reason }: {
    readonly closeCode: number;
    readonly reason: string;
  },
): ServerStep {
  const step = abandon(state);
  return {
    ...step,
    effects: [{ type: "close", closeCode, reason }, ...step.effects],
  };
}

/** The connection is gone: a session that it still gets must be detached. */
function abandon(state: Early): ServerStep {
  const awaited = state.kind === "opening" ||
    state.kind === "attaching" && state.askAt === Infinity;
  return awaited
    ? { state: { ...state, peer: "gone" }, effects: [] }
    : closed([]);
}

function unchanged(state: ServerState): ServerStep {
  return { state, effects: [] };
}
