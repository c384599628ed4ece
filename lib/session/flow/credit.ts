/**
 * What the sender of messages may still send on its connection.
 *
 * Bytes are counted per connection, from the handshake on: a count over the
 * whole session would have to agree at both ends after a store has lost data.
 *
 * @module
 */

import type { WireWindow } from "../wire/handshake.ts";
import { type Violation, violation } from "../wire/violation.ts";

/** The state of one direction, at its sender. */
export interface Credit {
  /** The number that goes next. */
  readonly next: number;
  /** The peer acknowledged up to this number. */
  readonly acked: number;
  /** Bytes sent on this connection, repeated ones included. */
  readonly bytes: number;
  /** The highest number that the peer granted. */
  readonly maxSeq: number;
  /** Bytes on this connection that the peer granted. */
  readonly maxBytes: number;
}

/**
 * What is granted by a handshake: the peer has all up to `at`.
 *
 * @param acked What the peer has acknowledged of it.
 */
export function startCredit(
  at: number,
  [messages, bytes]: WireWindow,
  acked: number = at,
): Credit {
  return {
    next: at + 1,
    acked,
    bytes: 0,
    maxSeq: at + messages,
    maxBytes: bytes,
  };
}

/**
 * Returns whether the next message may go. One that is larger than what the
 * peer grants goes when all before it is acknowledged: otherwise it could never
 * go.
 */
export function maySend(credit: Credit, bytes: number): boolean {
  return isWithin(credit, { next: credit.next, bytes: credit.bytes + bytes });
}

/** Returns how many of these messages may go, in order, and what is left. */
export function spendOn(
  credit: Credit,
  messages: readonly { readonly bytes: number }[],
): { readonly credit: Credit; readonly count: number } {
  let { next, bytes } = credit;
  for (const message of messages) {
    if (!isWithin(credit, { next, bytes: bytes + message.bytes })) break;
    bytes += message.bytes;
    next += 1;
  }
  const count = next - credit.next;
  return { credit: count === 0 ? credit : { ...credit, next, bytes }, count };
}

/** After the next message has gone. */
export function spend(credit: Credit, bytes: number): Credit {
  return { ...credit, next: credit.next + 1, bytes: credit.bytes + bytes };
}

/** After an acknowledgement. */
export function acknowledge(credit: Credit, ack: number): Credit | Violation {
  if (ack >= credit.next) return violation("Acknowledgement from the future");
  if (ack < credit.acked) return violation("Acknowledgement taken back");
  return ack === credit.acked ? credit : { ...credit, acked: ack };
}

/** After new credit, which never shrinks. */
export function extend(
  credit: Credit,
  { maxSeq, maxBytes }: Pick<Credit, "maxSeq" | "maxBytes">,
): Credit | Violation {
  return maxSeq < credit.maxSeq || maxBytes < credit.maxBytes
    ? violation("Credit taken back")
    : { ...credit, maxSeq, maxBytes };
}

/** Returns whether the peer grants a message with these totals. */
function isWithin(
  { acked, maxSeq, maxBytes }: Credit,
  { next, bytes }: Pick<Credit, "next" | "bytes">,
): boolean {
  return next <= maxSeq && (bytes <= maxBytes || acked === next - 1);
}

/** After numbers that will never be sent. */
export function skipTo(credit: Credit, seq: number): Credit {
  return { ...credit, next: seq + 1 };
}

/** Returns whether this is a violation, and not a value. */
export function isViolation(value: object): value is Violation {
  return "type" in value && value.type === "violation";
}
