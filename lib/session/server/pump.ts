/**
 * From the store's log to the client, as far as it granted.
 *
 * @module
 */

import { maySend, skipTo, spend } from "../flow/credit.ts";
import type { KnownControl } from "../wire/control.ts";
import { encodeFrame, type OutFrame } from "../wire/frame.ts";
import { READ_LIMIT } from "../wire/limits.ts";
import { dropTo, emptyAfter, entryAt, push, sizeOf } from "../flow/numbered.ts";
import { generationAt } from "../flow/positions.ts";
import { type Progress, ride } from "../flow/receiving.ts";
import {
  inOrder,
  NO_EFFECTS,
  type ServerAttached,
  type ServerEffect,
  type ServerStep,
} from "./state.ts";
import type { Stored } from "../store/store.ts";

type Step = ServerStep<ServerAttached>;

/** Sends a frame. */
export function transmit(frame: OutFrame): ServerEffect {
  return { type: "transmit", data: encodeFrame(frame) };
}

/** Sends a control message. */
export function control(message: KnownControl): ServerEffect {
  return transmit({ type: "control", control: message });
}

/** How far the handler has got. What is not accepted is held. */
export function progressOf(state: ServerAttached): Progress {
  return {
    ack: state.accepted,
    heldMessages: sizeOf(state.queue),
    heldBytes: state.queueBytes,
  };
}

/** Sends what may be sent, and asks the store for more. */
export function pump(state: ServerAttached): Step {
  if (state.peer === "gone" || state.departure !== undefined) {
    return { state, effects: NO_EFFECTS };
  }
  if (state.credit.next > state.last) return { state, effects: NO_EFFECTS };
  const effects: ServerEffect[] = [];
  let next = state;
  for (;;) {
    const message = entryAt(next.buffer, next.credit.next);
    if (message === undefined || !maySend(next.credit, message.bytes)) break;
    const sent = sendStored(next, message);
    next = sent.state;
    effects.push(...sent.effects);
  }
  const read = readMore(next);
  return { state: read.state, effects: inOrder(effects, read.effects) };
}

/** Takes messages of the store that follow what is buffered. */
export function absorb(
  state: ServerAttached,
  messages: readonly Stored[],
): ServerAttached {
  let { buffer, last } = state;
  for (const message of messages) {
    last = Math.max(last, message.seq);
    const isNext = message.seq === buffer.last + 1;
    // The rest stays in the store until the client grants more.
    if (isNext && sizeOf(buffer) < READ_LIMIT) buffer = push(buffer, message);
  }
  return { ...state, buffer, last };
}

/** Tells the client that the numbers up to this one will not come. */
export function skipGap(state: ServerAttached, to: number): Step {
  const from = state.credit.next;
  if (to < from) return { state, effects: [] };
  const { state: next, effects } = announce(state, to);
  return {
    state: { ...next, credit: skipTo(next.credit, to), buffer: emptyAfter(to) },
    effects: [...effects, control({ op: "gap", from, to, why: "trimmed" })],
  };
}

function sendStored(state: ServerAttached, message: Stored): Step {
  const { seq, data, bytes } = message;
  const announced = announce(state, seq);
  const { receiving, ack } = ride(state.receiving, progressOf(state));
  return {
    state: {
      ...announced.state,
      receiving,
      credit: spend(state.credit, bytes),
      buffer: dropTo(state.buffer, seq),
    },
    effects: [
      ...announced.effects,
      transmit({ type: "data", seq, ack, data }),
    ],
  };
}

/** A generation is announced before its first number. */
function announce(state: ServerAttached, seq: number): Step {
  const generation = generationAt(state.lineage, seq);
  return generation === state.generation ? { state, effects: NO_EFFECTS } : {
    state: { ...state, generation },
    effects: [control({ op: "gen", gen: generation })],
  };
}

function readMore(state: ServerAttached): Step {
  const { credit, last, lease, reading, buffer } = state;
  const granted = Math.min(READ_LIMIT, credit.maxSeq - credit.next + 1);
  const wanted = reading === "idle" && sizeOf(buffer) === 0 &&
    credit.next <= last && granted > 0;
  return !wanted ? { state, effects: NO_EFFECTS } : {
    state: { ...state, reading: "reading" },
    effects: [{
      type: "read",
      session: lease.session,
      after: credit.next - 1,
      limit: granted,
    }],
  };
}
