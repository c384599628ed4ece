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
  const sent = sendBuffered(state);
  const read = readMore(sent.state);
  return { state: read.state, effects: inOrder(sent.effects, read.effects) };
}

/** One new state for all messages, as there may be hundreds. */
function sendBuffered(state: ServerAttached): Step {
  const effects: ServerEffect[] = [];
  let { credit, receiving, generation } = state;
  for (;;) {
    const message = entryAt(state.buffer, credit.next);
    if (message === undefined || !maySend(credit, message.bytes)) break;
    const { seq, data, bytes } = message;
    const current = generationAt(state.lineage, seq);
    if (current !== generation) effects.push(announcement(current));
    generation = current;
    const rode = ride(receiving, { ack: state.accepted });
    const { ack } = rode;
    receiving = rode.receiving;
    credit = spend(credit, bytes);
    effects.push(transmit({ type: "data", seq, ack, data }));
  }
  const buffer = dropTo(state.buffer, credit.next - 1);
  const next = { ...state, credit, receiving, generation, buffer };
  return { state: next, effects };
}

/** Takes messages of the store that follow what is buffered. */
export function absorb(
  state: ServerAttached,
  messages: readonly Stored[],
): ServerAttached {
  if (messages.length === 0) return state;
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
  const generation = generationAt(state.lineage, to);
  const news = generation === state.generation
    ? []
    : [announcement(generation)];
  const credit = skipTo(state.credit, to);
  return {
    state: { ...state, generation, credit, buffer: emptyAfter(to) },
    effects: [...news, control({ op: "gap", from, to, why: "trimmed" })],
  };
}

/** A generation is announced before its first number. */
function announcement(generation: string): ServerEffect {
  return control({ op: "gen", gen: generation });
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
