/**
 * Frames of the client and notices of the store while a session is attached.
 *
 * @module
 */

import { acknowledge, extend, isViolation } from "../flow/credit.ts";
import type { AckFrame, DataFrame, Frame } from "../wire/frame.ts";
import { paceOfArrival } from "./claim.ts";
import { push } from "../flow/numbered.ts";
import { answerPing, arrive } from "../flow/receiving.ts";
import { absorb, progressOf, skipGap, transmit } from "./pump.ts";
import type {
  ServerAttached,
  ServerContext,
  ServerEvent,
  ServerStep,
} from "./state.ts";
import { closePeer, fence, work } from "./work.ts";
import { SESSION_CLOSE, type Violation, violation } from "../wire/violation.ts";

/** A frame of the client. */
export function onAttachedFrame(
  before: ServerAttached,
  frame: Frame | Violation,
  context: ServerContext,
): ServerStep {
  // Reads nothing more: the client sends it again to its next attachment.
  if (before.peer === "gone" || before.departure !== undefined) {
    return { state: before, effects: [] };
  }
  if (isViolation(frame)) return closePeer(before, frame, context);
  // Only a client that has read the answer sends anything: it has the new token.
  const state = before.counter === before.nextCounter
    ? before
    : { ...before, counter: before.nextCounter };
  switch (frame.type) {
    case "data":
      return onData(state, frame, context);
    case "ack":
      return onAck(state, frame, context);
    case "ping":
      return onPing(state, frame.n, context);
    case "pong": {
      const step = onAcknowledged(state, frame.ack, context);
      const effects = [...step.effects, { type: "pong", n: frame.n } as const];
      return { ...step, effects };
    }
    case "control":
      return onControl(state, frame.control, context);
  }
}

/** The store has sent a notice, or the answer to a read. */
export function onNotice(
  state: ServerAttached,
  event: Extract<
    ServerEvent,
    { type: "read" | "appended" | "wanted" | "fenced" | "rolled-back" }
  >,
  context: ServerContext,
): ServerStep {
  switch (event.type) {
    case "read":
      return onRead(state, event.messages, context);
    case "appended": {
      const known = absorb(state, event.messages);
      const last = Math.max(known.last, event.last);
      return work({ ...known, last }, context);
    }
    case "wanted":
      return event.fence < state.lease.fence ||
          state.departure?.kind === "failed" ||
          state.departure?.kind === "ending"
        ? { state, effects: [] }
        : work({ ...state, departure: { kind: "yield" } }, context);
    case "fenced":
      return event.fence < state.lease.fence ? { state, effects: [] } : fence(
        state,
        event.why === "taken" ? SESSION_CLOSE.stale : SESSION_CLOSE.ended,
      );
    case "rolled-back":
      return fence(state, SESSION_CLOSE.unavailable);
  }
}

function onRead(
  state: ServerAttached,
  messages: Extract<ServerEvent, { type: "read" }>["messages"],
  context: ServerContext,
): ServerStep {
  const idle: ServerAttached = { ...state, reading: "idle" };
  const [first] = messages;
  // An empty answer: the session has ended, and the store will say so.
  if (first === undefined) return { state: idle, effects: [] };
  if (idle.peer === "gone") return { state: idle, effects: [] };
  const skipped = skipGap(idle, first.seq - 1);
  const step = work(absorb(skipped.state, messages), context);
  return { ...step, effects: [...skipped.effects, ...step.effects] };
}

function onData(
  state: ServerAttached,
  frame: DataFrame,
  context: ServerContext,
): ServerStep {
  const arrival = arrive(state.receiving, frame);
  if (arrival.kind === "violation") {
    return closePeer(state, arrival.violation, context);
  }
  const { data, bytes } = frame;
  const { receiving } = arrival;
  const next: ServerAttached = arrival.kind === "seen"
    ? { ...state, receiving }
    : {
      ...state,
      receiving,
      pace: paceOfArrival(state, context.now),
      queue: push(state.queue, { data, bytes }),
      queueBytes: state.queueBytes + bytes,
    };
  return frame.ack === undefined
    ? work(next, context)
    : onAcknowledged(next, frame.ack, context);
}

function onAck(
  state: ServerAttached,
  frame: AckFrame,
  context: ServerContext,
): ServerStep {
  const credit = extend(state.credit, frame);
  return isViolation(credit)
    ? closePeer(state, credit, context)
    : onAcknowledged({ ...state, credit }, frame.ack, context);
}

function onAcknowledged(
  state: ServerAttached,
  ack: number,
  context: ServerContext,
): ServerStep {
  const credit = acknowledge(state.credit, ack);
  return isViolation(credit)
    ? closePeer(state, credit, context)
    : work({ ...state, credit }, context);
}

function onPing(
  state: ServerAttached,
  n: number,
  context: ServerContext,
): ServerStep {
  const done = progressOf(state);
  const { receiving, frame } = answerPing(state.receiving, done, n);
  const step = work({ ...state, receiving }, context);
  return { ...step, effects: [transmit(frame), ...step.effects] };
}

function onControl(
  state: ServerAttached,
  control: Extract<Frame, { type: "control" }>["control"],
  context: ServerContext,
): ServerStep {
  switch (control.op) {
    case "auth": {
      const step = work(state, context);
      const { auth } = control;
      return {
        ...step,
        effects: [...step.effects, { type: "authenticate", auth }],
      };
    }
    case "again": {
      const uncertain = Math.max(state.uncertain, control.upTo);
      return work({ ...state, uncertain }, context);
    }
    case "bye":
      return onAcknowledged(
        { ...state, departure: { kind: "bye" } },
        control.ack,
        context,
      );
    case "error":
    case "unknown":
      return work(state, context);
    case "open":
    case "opened":
    case "resume":
    case "resumed":
    case "lost":
    case "gen":
    case "gap":
    case "moving":
      return closePeer(
        state,
        violation("Control message out of place"),
        context,
      );
  }
}
