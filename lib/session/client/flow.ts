/**
 * Messages and acknowledgements while the client is attached.
 *
 * @module
 */

import {
  type ClientAttached,
  type ClientContext,
  type ClientEffect,
  type ClientEnded,
  type ClientState,
  type ClientStep,
  consumedIndex,
  lastingOf,
  progressOf,
} from "./state.ts";
import { sendControl, sendRetained, transmit } from "./sending.ts";
import { addMark, pruneMarks } from "../flow/consumption.ts";
import type { Gap, Moving } from "../wire/control.ts";
import {
  acknowledge as acknowledgeCredit,
  extend,
  isViolation,
} from "../flow/credit.ts";
import type { AckFrame, DataFrame, Frame } from "../wire/frame.ts";
import {
  dropTo,
  entriesOf,
  entryAt,
  push,
  pushAll,
  sizeOf,
} from "../flow/numbered.ts";
import { advance } from "../flow/positions.ts";
import {
  acknowledgeNow,
  answerPing,
  arrive,
  arriveGap,
  arriveTogether,
  type Capacity,
  progress,
} from "../flow/receiving.ts";
import type { DataRun } from "../wire/run.ts";
import { SESSION_CLOSE, type Violation, violation } from "../wire/violation.ts";

type Live = Exclude<ClientState, ClientEnded>;

/** A frame that came while the client is attached. */
export function onAttachedFrame(
  state: ClientAttached,
  frame: Frame | DataRun,
  context: ClientContext,
): ClientStep {
  switch (frame.type) {
    case "data":
      return onData(state, frame, context);
    case "run":
      return onRun(state, frame, context);
    case "ack":
      return onAck(state, frame, context);
    case "ping":
      return onPing(state, frame.n);
    case "pong": {
      const step = onAcknowledged(state, frame.ack, context);
      const pong: ClientEffect = { type: "pong", n: frame.n };
      return { ...step, effects: [...step.effects, pong] };
    }
    case "control":
      return onControl(state, frame.control, context);
  }
}

/** Notes what the application consumed, and acknowledges it by the rules. */
export function consume(
  state: Live,
  index: number,
  { config, now }: ClientContext,
): ClientStep {
  const upTo = Math.min(index, state.held.last);
  const gone = entriesOf(state.held, consumedIndex(state) + 1, upTo);
  const next = {
    ...state,
    held: dropTo(state.held, upTo),
    heldBytes: gone.reduce((sum, bytes) => sum - bytes, state.heldBytes),
    marks: pruneMarks(state.marks, upTo),
  };
  if (next.kind !== "attached") return { state: next, effects: [] };
  const { capacity } = config;
  const done = progressOf(next);
  const { receiving, frame } = progress(next.receiving, done, {
    capacity,
    now,
  });
  return {
    state: { ...next, receiving },
    effects: frame === undefined ? [] : [transmit(next, frame)],
  };
}

/** Acknowledges at once, if there is anything to acknowledge. */
export function acknowledge(
  state: ClientAttached,
  capacity: Capacity,
): ClientStep<ClientAttached> {
  const done = progressOf(state);
  if (done.ack <= state.receiving.acked) return { state, effects: [] };
  const { receiving, frame } = acknowledgeNow(state.receiving, done, capacity);
  return { state: { ...state, receiving }, effects: [transmit(state, frame)] };
}

/** After `close()`: sends `bye` when all is accepted. */
export function finishIfDone(
  state: Live,
  { config }: ClientContext,
): ClientStep {
  if (state.closeAt === Infinity || sizeOf(state.retained) > 0) {
    return { state, effects: [] };
  }
  // The answer may report that a message was lost with its session.
  if (state.kind === "handshaking") return { state, effects: [] };
  const ended: ClientEnded = { ...lastingOf(state), kind: "ended" };
  if (state.kind === "detached") {
    return { state: ended, effects: [{ type: "ended" }] };
  }
  const { connection } = state;
  const { ack } = progressOf(state);
  return {
    state: ended,
    effects: [
      ...acknowledge(state, config.capacity).effects,
      sendControl(state, { op: "bye", ack }),
      {
        type: "disconnect",
        connection,
        closeCode: SESSION_CLOSE.normal,
        reason: "",
      },
      { type: "ended" },
    ],
  };
}

/** Leaves a connection, to resume on another one. */
export function disconnect(
  state: Exclude<Live, { kind: "detached" }>,
  { closeCode, reason }: Omit<Violation, "type">,
): ClientStep {
  const { connection } = state;
  return {
    state: { ...lastingOf(state), kind: "detached" },
    effects: [{ type: "disconnect", connection, closeCode, reason }],
  };
}

/** Drops accepted messages, and reports them. */
export function acceptTo<S extends Live>(state: S, ack: number): ClientStep<S> {
  const message = entryAt(state.retained, ack);
  if (message === undefined) return { state, effects: [] };
  return {
    state: { ...state, retained: dropTo(state.retained, ack) },
    effects: [{ type: "accepted", id: message.id, seq: ack }],
  };
}

function onData(
  state: ClientAttached,
  frame: DataFrame,
  context: ClientContext,
): ClientStep {
  const arrival = arrive(state.receiving, frame);
  if (arrival.kind === "violation") return disconnect(state, arrival.violation);
  const heard = { ...state, receiving: arrival.receiving };
  const delivered = arrival.kind === "seen"
    ? { state: heard, effects: [] }
    : deliver(heard, frame);
  if (frame.ack === undefined) return delivered;
  return andThen(
    delivered,
    (next) => onAcknowledged(next, frame.ack!, context),
  );
}

function onRun(
  state: ClientAttached,
  run: DataRun,
  context: ClientContext,
): ClientStep {
  const receiving = arriveTogether(state.receiving, run);
  if (receiving === undefined) {
    throw new TypeError(
      "Frames may go into one event only if takesRun() says so",
    );
  }
  const { generation, held, heldBytes, positions } = state;
  const next: ClientAttached = {
    ...state,
    receiving,
    held: pushAll(held, run.sizes),
    heldBytes: heldBytes + run.bytes,
    positions: advance(positions, generation, {
      from: run.seq,
      to: receiving.received,
    }),
  };
  const { seq } = run;
  const index = held.last + 1;
  const delivered: ClientStep<ClientAttached> = {
    state: next,
    effects: [{ type: "deliver-run", index, seq, generation, run }],
  };
  return run.ack === undefined ? delivered : andThen(
    delivered,
    (after) => onAcknowledged(after, run.ack!, context),
  );
}

function deliver(
  state: ClientAttached,
  { seq, data, bytes }: DataFrame,
): ClientStep<ClientAttached> {
  const { generation } = state;
  const held = push(state.held, bytes);
  const range = { from: seq, to: seq };
  return {
    state: {
      ...state,
      held,
      heldBytes: state.heldBytes + bytes,
      positions: advance(state.positions, generation, range),
    },
    effects: [{ type: "deliver", index: held.last, seq, generation, data }],
  };
}

function onAck(
  state: ClientAttached,
  frame: AckFrame,
  context: ClientContext,
): ClientStep {
  const credit = extend(state.credit, frame);
  return isViolation(credit)
    ? disconnect(state, credit)
    : onAcknowledged({ ...state, credit }, frame.ack, context);
}

/** An acknowledgement, and what it makes possible. */
function onAcknowledged(
  state: ClientAttached,
  ack: number,
  context: ClientContext,
): ClientStep {
  const credit = acknowledgeCredit(state.credit, ack);
  if (isViolation(credit)) return disconnect(state, credit);
  const accepted = acceptTo({ ...state, credit }, ack);
  const sent = sendRetained(accepted.state);
  const done = finishIfDone(sent.state, context);
  return {
    state: done.state,
    effects: [...accepted.effects, ...sent.effects, ...done.effects],
  };
}

function onPing(state: ClientAttached, n: number): ClientStep {
  const done = progressOf(state);
  const { receiving, frame } = answerPing(state.receiving, done, n);
  return {
    state: { ...state, receiving },
    effects: [transmit(state, frame)],
  };
}

function onControl(
  state: ClientAttached,
  control: Extract<Frame, { type: "control" }>["control"],
  context: ClientContext,
): ClientStep {
  switch (control.op) {
    case "gen":
      return { state: { ...state, generation: control.gen }, effects: [] };
    case "gap":
      return onGap(state, control, context);
    case "moving":
      return onMoving(state, control, context);
    case "error": {
      const { message } = control;
      return { state, effects: [{ type: "error", message }] };
    }
    case "unknown":
      return { state, effects: [] };
    case "open":
    case "opened":
    case "resume":
    case "resumed":
    case "lost":
    case "auth":
    case "again":
    case "bye":
      return disconnect(state, violation("Control message out of place"));
  }
}

function onGap(
  state: ClientAttached,
  { from, to }: Gap,
  context: ClientContext,
): ClientStep {
  const arrival = arriveGap(state.receiving, { from, to });
  if (arrival.kind === "violation") return disconnect(state, arrival.violation);
  const next: ClientAttached = {
    ...state,
    receiving: arrival.receiving,
    positions: advance(state.positions, state.generation, { from, to }),
    marks: addMark(state.marks, { index: state.held.last, seq: to }),
  };
  const range = { first: from, last: to };
  const { generation } = state;
  const missed: ClientEffect = {
    type: "missed",
    why: "trimmed",
    range,
    generation,
  };
  const step = consume(next, consumedIndex(next), context);
  return { ...step, effects: [missed, ...step.effects] };
}

function onMoving(
  state: ClientAttached,
  { after, spread }: Moving,
  { config, now, random }: ClientContext,
): ClientStep {
  const moveAt = now + after + random * spread;
  return acknowledge({ ...state, moveAt }, config.capacity);
}

/** Goes on if the connection is still there. */
function andThen(
  step: ClientStep<ClientAttached>,
  next: (state: ClientAttached) => ClientStep,
): ClientStep {
  const after = next(step.state);
  return { ...after, effects: [...step.effects, ...after.effects] };
}
