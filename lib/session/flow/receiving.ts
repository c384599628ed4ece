/**
 * What the receiver of messages expects, grants and acknowledges on its
 * connection.
 *
 * @module
 */

import type { AckFrame, DataFrame, PongFrame } from "../wire/frame.ts";
import type { WireWindow } from "../wire/handshake.ts";
import { ACK_AFTER_MESSAGES, ACK_DELAY, CREDIT_PART } from "../wire/limits.ts";
import type { DataRun } from "../wire/run.ts";
import { type Violation, violation } from "../wire/violation.ts";

/** How much a receiver holds at most: received, and not yet consumed or accepted. */
export interface Capacity {
  readonly messages: number;
  readonly bytes: number;
}

/** The state of one direction, at its receiver. */
export interface Receiving {
  /** All numbers up to this one came, or never will. */
  readonly received: number;
  /** Bytes received on this connection, repeated ones included. */
  readonly bytes: number;
  /** The last acknowledgement that was sent to the peer. */
  readonly acked: number;
  /** The last credit that was granted to the peer. */
  readonly maxSeq: number;
  readonly maxBytes: number;
  /** When an acknowledgement goes alone; `Infinity` if none is due. */
  readonly ackAt: number;
}

/** How far the receiver has got. */
export interface Progress {
  /** Consumed, or accepted, up to this number. */
  readonly ack: number;
  /** What it still holds. */
  readonly heldMessages: number;
  readonly heldBytes: number;
}

/** What became of a data frame. */
export type Arrival =
  | { readonly kind: "next"; readonly receiving: Receiving }
  /** It came before. */
  | { readonly kind: "seen"; readonly receiving: Receiving }
  | { readonly kind: "violation"; readonly violation: Violation };

/** An acknowledgement that is to be sent. */
export interface Acknowledged {
  readonly receiving: Receiving;
  readonly frame: AckFrame;
}

/**
 * What a receiver expects after a handshake that granted this.
 *
 * @param acked What the handshake acknowledged.
 */
export function startReceiving(
  at: number,
  [messages, bytes]: WireWindow,
  acked: number = at,
): Receiving {
  return {
    received: at,
    bytes: 0,
    acked,
    maxSeq: at + messages,
    maxBytes: bytes,
    ackAt: Infinity,
  };
}

/** What to grant in a handshake: the part of the window that is free. */
export function freeWindow(
  capacity: Capacity,
  { heldMessages, heldBytes }: Omit<Progress, "ack">,
): WireWindow {
  return [
    Math.max(0, capacity.messages - heldMessages),
    Math.max(0, capacity.bytes - heldBytes),
  ];
}

/** Judges a data frame by its number and by what was granted. */
export function arrive(
  receiving: Receiving,
  { seq, bytes }: Pick<DataFrame, "seq" | "bytes">,
): Arrival {
  const total = receiving.bytes + bytes;
  if (seq <= receiving.received) {
    return { kind: "seen", receiving: { ...receiving, bytes: total } };
  }
  if (seq > receiving.received + 1) return refused("Number out of order");
  if (seq > receiving.maxSeq) return refused("More messages than granted");
  // A message that is larger than the credit may come when it is alone.
  if (total > receiving.maxBytes && receiving.acked < seq - 1) {
    return refused("More bytes than granted");
  }
  return {
    kind: "next",
    receiving: { ...receiving, bytes: total, received: seq },
  };
}

/**
 * After frames that came together, or `undefined` if they have to be judged one
 * by one: not all of them are next, or within what was granted.
 */
export function arriveTogether(
  receiving: Receiving,
  { seq, sizes, bytes }: Pick<DataRun, "seq" | "sizes" | "bytes">,
): Receiving | undefined {
  const last = seq + sizes.length - 1;
  const total = receiving.bytes + bytes;
  const fits = seq === receiving.received + 1 && last <= receiving.maxSeq &&
    total <= receiving.maxBytes;
  return fits ? { ...receiving, bytes: total, received: last } : undefined;
}

/** Judges numbers that will never come. */
export function arriveGap(
  receiving: Receiving,
  { from, to }: { readonly from: number; readonly to: number },
): Arrival {
  return from === receiving.received + 1
    ? { kind: "next", receiving: { ...receiving, received: to } }
    : refused("Gap out of order");
}

/**
 * Decides whether an acknowledgement goes alone now, or when. Its time is set
 * by the first message that is consumed and not acknowledged, so no timer runs
 * while a session is idle.
 */
export function progress(
  receiving: Receiving,
  done: Progress,
  { capacity, now }: { readonly capacity: Capacity; readonly now: number },
): { readonly receiving: Receiving; readonly frame?: AckFrame } {
  if (isUrgent(receiving, done, capacity)) {
    return acknowledgeNow(receiving, done, capacity);
  }
  if (done.ack <= receiving.acked) return { receiving };
  if (now >= receiving.ackAt) return acknowledgeNow(receiving, done, capacity);
  const ackAt = Math.min(receiving.ackAt, now + ACK_DELAY);
  return { receiving: { ...receiving, ackAt } };
}

/** Makes the acknowledgement that goes alone, with the credit of this moment. */
export function acknowledgeNow(
  receiving: Receiving,
  done: Progress,
  capacity: Capacity,
): Acknowledged {
  const credit = grantable(receiving, done, capacity);
  const ack = Math.max(done.ack, receiving.acked);
  return {
    receiving: { ...receiving, ...credit, acked: ack, ackAt: Infinity },
    frame: { type: "ack", ack, ...credit },
  };
}

/** The acknowledgement to ride on a data frame, if there is a new one. */
export function ride(
  receiving: Receiving,
  { ack }: Pick<Progress, "ack">,
): { readonly receiving: Receiving; readonly ack: number | undefined } {
  return ack <= receiving.acked ? { receiving, ack: undefined } : {
    receiving: { ...receiving, acked: ack, ackAt: Infinity },
    ack,
  };
}

/** Answers a ping; a pong always says what is acknowledged. */
export function answerPing(
  before: Receiving,
  done: Pick<Progress, "ack">,
  n: number,
): { readonly receiving: Receiving; readonly frame: PongFrame } {
  const { receiving, ack = before.acked } = ride(before, done);
  return { receiving, frame: { type: "pong", n, ack } };
}

/** Credit has to go alone; an acknowledgement can ride. So each has its own rule. */
function isUrgent(
  receiving: Receiving,
  done: Progress,
  capacity: Capacity,
): boolean {
  const { maxSeq, maxBytes } = grantable(receiving, done, capacity);
  return done.ack - receiving.acked >= ACK_AFTER_MESSAGES ||
    maxSeq - receiving.maxSeq >= quarter(capacity.messages) ||
    maxBytes - receiving.maxBytes >= quarter(capacity.bytes);
}

function quarter(part: number): number {
  return Math.max(1, Math.floor(part / CREDIT_PART));
}

/** The credit to grant: what came, plus what is free. It never shrinks. */
function grantable(
  receiving: Receiving,
  { heldMessages, heldBytes }: Progress,
  capacity: Capacity,
): Pick<Receiving, "maxSeq" | "maxBytes"> {
  const { received, bytes, maxSeq, maxBytes } = receiving;
  return {
    maxSeq: Math.max(maxSeq, received + capacity.messages - heldMessages),
    maxBytes: Math.max(maxBytes, bytes + capacity.bytes - heldBytes),
  };
}

function refused(reason: string): Arrival {
  return { kind: "violation", violation: violation(reason) };
}
