/**
 * From the store's log to the client, as far as it granted.
 *
 * @module
 */

import { skipTo, spendOn } from "../flow/credit.ts";
import type { KnownControl } from "../wire/control.ts";
import { encodeData, encodeFrame, type OutFrame } from "../wire/frame.ts";
import { READ_LIMIT } from "../wire/limits.ts";
import type { Payload } from "../wire/payload.ts";
import {
  dropTo,
  emptyAfter,
  entriesOf,
  pushAll,
  sizeOf,
} from "../flow/numbered.ts";
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
  return { type: "transmit", frames: [encodeFrame(frame)] };
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

/**
 * Sends what may be sent, and asks the store for more. A connection that leaves
 * sends no more, unless a message has failed: its session has no other one.
 */
export function pump(state: ServerAttached): Step {
  const { peer, departure } = state;
  const isLeaving = departure !== undefined && departure.kind !== "failed";
  if (peer === "gone" || isLeaving) return { state, effects: NO_EFFECTS };
  if (state.credit.next > state.last) return { state, effects: NO_EFFECTS };
  const sent = sendBuffered(state);
  const read = readMore(sent.state);
  return { state: read.state, effects: inOrder(sent.effects, read.effects) };
}

/** One new state and one effect for all messages, as there may be hundreds. */
function sendBuffered(state: ServerAttached): Step {
  const ready = entriesOf(state.buffer, state.credit.next);
  const { credit, count } = spendOn(state.credit, ready);
  if (count === 0) return { state, effects: NO_EFFECTS };
  const { receiving, ack } = ride(state.receiving, { ack: state.accepted });
  const frames: Payload[] = [];
  let { generation } = state;
  for (let index = 0; index < count; index += 1) {
    const { seq, data } = ready[index]!;
    const current = generationAt(state.lineage, seq);
    if (current !== generation) frames.push(announcement(current));
    generation = current;
    const rides = index === 0 ? ack : undefined;
    frames.push(encodeData(seq, rides, data));
  }
  const buffer = dropTo(state.buffer, credit.next - 1);
  return {
    state: { ...state, credit, receiving, generation, buffer },
    effects: [{ type: "transmit", frames }],
  };
}

/** Takes messages of the store that follow what is buffered. */
export function absorb(
  state: ServerAttached,
  messages: readonly Stored[],
): ServerAttached {
  const newest = messages.at(-1);
  if (newest === undefined) return state;
  const last = Math.max(state.last, newest.seq);
  // The rest stays in the store until the client grants more.
  const room = READ_LIMIT - sizeOf(state.buffer);
  const added = following(messages, state.buffer.last).slice(0, room);
  return added.length === 0
    ? { ...state, last }
    : { ...state, last, buffer: pushAll(state.buffer, added) };
}

/** The part of messages whose numbers go on after this one. */
function following(
  messages: readonly Stored[],
  after: number,
): readonly Stored[] {
  const start = messages.findIndex(({ seq }) => seq === after + 1);
  if (start < 0) return [];
  let end = start + 1;
  while (messages[end]?.seq === after + 1 + end - start) end += 1;
  return messages.slice(start, end);
}

/** Notifies the client that the numbers up to this one will not come. */
export function skipGap(state: ServerAttached, to: number): Step {
  const from = state.credit.next;
  if (to < from) return { state, effects: [] };
  const generation = generationAt(state.lineage, to);
  const news = generation === state.generation
    ? []
    : [{ type: "transmit", frames: [announcement(generation)] } as const];
  const credit = skipTo(state.credit, to);
  return {
    state: { ...state, generation, credit, buffer: emptyAfter(to) },
    effects: [...news, control({ op: "gap", from, to, why: "trimmed" })],
  };
}

/** A generation is announced before its first number. */
function announcement(generation: string): Payload {
  const gen = { op: "gen", gen: generation } as const;
  return encodeFrame({ type: "control", control: gen });
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
