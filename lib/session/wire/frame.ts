/**
 * The messages of the protocol on the wire.
 *
 * A payload travels behind a short header, unescaped, unparsed and as the type
 * that it is. Anything that is not exactly in the form that the encoder writes
 * is a violation: two readers could read it in two ways.
 *
 * @module
 */

import {
  type Control,
  encodeControl,
  type KnownControl,
  parseControl,
} from "./control.ts";
import { MAX_CONTROL, MAX_HEADER } from "./limits.ts";
import {
  formatNumber,
  lebLength,
  parseNumber,
  readLeb,
  writeLeb,
} from "./numbers.ts";
import { type Payload, payloadBytes } from "./payload.ts";
import { SESSION_CLOSE, type Violation, violation } from "./violation.ts";

/** A message of the application. */
export interface DataFrame {
  readonly type: "data";
  /** Its number, from 1. */
  readonly seq: number;
  /** An acknowledgement that rides on it. */
  readonly ack: number | undefined;
  readonly data: Payload;
  /** The size of `data`, in bytes. */
  readonly bytes: number;
}

/** An acknowledgement that goes alone, with new credit. */
export interface AckFrame {
  readonly type: "ack";
  readonly ack: number;
  /** The highest number that the other side may send. */
  readonly maxSeq: number;
  /** How many bytes the other side may send in all on this connection. */
  readonly maxBytes: number;
}

/** A question whether the peer is there. */
export interface PingFrame {
  readonly type: "ping";
  readonly n: number;
}

/** The answer to a ping. */
export interface PongFrame {
  readonly type: "pong";
  readonly n: number;
  readonly ack: number;
}

/** A control message. */
export interface ControlFrame {
  readonly type: "control";
  readonly control: Control;
}

/** What a peer sends. */
export type Frame =
  | DataFrame
  | AckFrame
  | PingFrame
  | PongFrame
  | ControlFrame;

/** A frame that can be encoded: any frame but an unknown control message. */
export type OutFrame =
  | Omit<DataFrame, "bytes">
  | Exclude<Frame, DataFrame | ControlFrame>
  | { readonly type: "control"; readonly control: KnownControl };

const COMMA = 0x2c;
/** Bit 0 of the first byte: an acknowledgement follows the number. */
const HAS_ACK = 1;

/** Writes a frame. Numbers must be safe integers from 0 on. */
export function encodeFrame(frame: OutFrame): Payload {
  switch (frame.type) {
    case "data":
      return encodeData(frame.seq, frame.ack, frame.data);
    case "ack":
      return `a${numbers(frame.ack, frame.maxSeq, frame.maxBytes)}|`;
    case "ping":
      return `p${formatNumber(frame.n)}|`;
    case "pong":
      return `q${numbers(frame.n, frame.ack)}|`;
    case "control":
      return encodeControl(frame.control);
  }
}

/** Writes a data frame. Makes no record: there may be hundreds of frames. */
export function encodeData(
  seq: number,
  ack: number | undefined,
  data: Payload,
): Payload {
  return typeof data === "string"
    ? textHeader(seq, ack) + data
    : binaryData(seq, ack, data);
}

/**
 * Reads a frame.
 *
 * @param maxMessage The largest payload that this side takes, in bytes.
 */
export function decodeFrame(
  message: Payload,
  maxMessage: number,
): Frame | Violation {
  const frame = typeof message === "string"
    ? decodeText(message)
    : decodeBinary(message);
  return frame.type === "data" && frame.bytes > maxMessage
    ? violation("Message too large", SESSION_CLOSE.tooLarge)
    : frame;
}

function textHeader(seq: number, ack: number | undefined): string {
  return ack === undefined
    ? `m${formatNumber(seq)}|`
    : `m${numbers(seq, ack)}|`;
}

function numbers(...values: readonly number[]): string {
  return values.map(formatNumber).join(",");
}

function binaryData(
  seq: number,
  ack: number | undefined,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const ackLength = ack === undefined ? 0 : lebLength(ack);
  const header = 1 + lebLength(seq) + ackLength;
  const bytes = new Uint8Array(header + data.byteLength);
  bytes[0] = ack === undefined ? 0 : HAS_ACK;
  const end = writeLeb(bytes, 1, seq);
  if (ack !== undefined) writeLeb(bytes, end, ack);
  bytes.set(data, header);
  return bytes;
}

function decodeText(text: string): Frame | Violation {
  if (text.startsWith("c|")) return decodeControl(text);
  const bar = text.indexOf("|");
  if (bar < 0 || bar > MAX_HEADER) return violation("Malformed header");
  const values = parseNumbers(text, bar);
  if (values === undefined) return violation("Malformed number");
  return text[0] === "m"
    ? decodeTextData(values, text.slice(bar + 1))
    : decodeBare(text, bar, values);
}

function decodeControl(text: string): Frame | Violation {
  if (payloadBytes(text) > MAX_CONTROL) {
    return violation("Control message too large", SESSION_CLOSE.tooLarge);
  }
  const control = parseControl(text.slice(2));
  return "op" in control ? { type: "control", control } : control;
}

/** The numbers between the letter and the bar. */
function parseNumbers(
  text: string,
  bar: number,
): readonly number[] | undefined {
  const values: number[] = [];
  for (let start = 1; start <= bar;) {
    let end = start;
    while (end < bar && text.charCodeAt(end) !== COMMA) end += 1;
    const value = parseNumber(text, start, end);
    if (value === undefined) return undefined;
    values.push(value);
    start = end + 1;
  }
  return values;
}

function decodeTextData(
  values: readonly number[],
  data: string,
): Frame | Violation {
  const [seq, ack] = values;
  return values.length > 2 ? violation("Malformed header") : dataFrame({
    seq: seq!,
    ack,
    data,
  });
}

/** Frames that are nothing but a header. */
function decodeBare(
  text: string,
  bar: number,
  values: readonly number[],
): Frame | Violation {
  const [first, second, third] = values;
  if (bar + 1 !== text.length) return violation("Malformed frame");
  switch (`${text[0]}${values.length}`) {
    case "a3":
      return { type: "ack", ack: first!, maxSeq: second!, maxBytes: third! };
    case "p1":
      return { type: "ping", n: first! };
    case "q2":
      return { type: "pong", n: first!, ack: second! };
    default:
      return violation("Unknown frame");
  }
}

function decodeBinary(bytes: Uint8Array<ArrayBuffer>): Frame | Violation {
  const flags = bytes[0];
  if (flags !== 0 && flags !== HAS_ACK) return violation("Unknown flags");
  const seq = readLeb(bytes, 1);
  if (seq === undefined) return violation("Malformed number");
  if (flags === 0) {
    return dataFrame({
      seq: seq.value,
      ack: undefined,
      data: bytes.subarray(seq.end),
    });
  }
  const ack = readLeb(bytes, seq.end);
  return ack === undefined ? violation("Malformed number") : dataFrame({
    seq: seq.value,
    ack: ack.value,
    data: bytes.subarray(ack.end),
  });
}

function dataFrame(
  { seq, ack, data }: Omit<DataFrame, "type" | "bytes">,
): Frame | Violation {
  return seq === 0
    ? violation("Numbers start at 1")
    : { type: "data", seq, ack, data, bytes: payloadBytes(data) };
}
