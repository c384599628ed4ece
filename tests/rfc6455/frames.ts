/**
 * Frames made byte by byte, without the code that the tests judge, and a
 * listener that records.
 *
 * @module
 */

import type { ProtocolFault } from "../../lib/rfc6455/fault.ts";
import { Receiver, type ReceiverOptions } from "../../lib/rfc6455/receiver.ts";

/** Bytes of a text, or those that are given. */
export function bytesOf(
  data: string | readonly number[] | Uint8Array,
): Uint8Array<ArrayBuffer> {
  return typeof data === "string"
    ? new TextEncoder().encode(data)
    : Uint8Array.from(data);
}

/** Joins what may be bytes or text. */
export function concat(
  ...parts: readonly (string | readonly number[] | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...bytesOf(part)]));
}

/** What `frame()` does unlike a plain client or server. */
export interface FrameOptions {
  /** The four bytes of a masking key. */
  readonly key?: readonly number[];
  /** How many bytes the length takes: 1, 3 or 9; else the fewest. */
  readonly lengthBytes?: 1 | 3 | 9;
}

/** Makes a frame of a first byte and a payload. */
export function frame(
  first: number,
  payload: string | readonly number[] | Uint8Array = [],
  { key, lengthBytes }: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const data = bytesOf(payload);
  const size = data.length;
  const bytes = lengthBytes ?? (size < 126 ? 1 : size < 65_536 ? 3 : 9);
  const mark = bytes === 1 ? size : bytes === 3 ? 126 : 127;
  const length = Array.from(
    { length: bytes - 1 },
    (_, index) => Math.floor(size / 256 ** (bytes - 2 - index)) % 256,
  );
  const masked = key === undefined ? 0 : 0x80;
  const head = [first, masked | mark, ...length, ...key ?? []];
  const whole = new Uint8Array(head.length + size);
  whole.set(head);
  for (let at = 0; at < size; at += 1) {
    whole[head.length + at] = data[at]! ^ (key?.[at % 4] ?? 0);
  }
  return whole;
}

/** A frame of a client, with the key 37 fa 21 3d of RFC 6455, 5.7. */
export function masked(
  first: number,
  payload: string | readonly number[] | Uint8Array = [],
): Uint8Array<ArrayBuffer> {
  return frame(first, payload, { key: [0x37, 0xfa, 0x21, 0x3d] });
}

/** What a receiver notified of. */
export type Received =
  | readonly ["ascii" | "text", string]
  | readonly ["binary" | "ping" | "pong", readonly number[]]
  | readonly ["close", number, string]
  | readonly ["fault", ProtocolFault["closeCode"], string, number];

/** A receiver and all that it notified of. */
export interface Recording {
  readonly receiver: Receiver;
  readonly events: Received[];
}

/** Makes a receiver whose notifications are recorded. */
export function record(
  options: Partial<ReceiverOptions> = {},
  onMessage: (receiver: Receiver) => void = () => {},
): Recording {
  const events: Received[] = [];
  const receiver = new Receiver({
    role: "client",
    maxMessageSize: 1024,
    ...options,
    listener: {
      message(kind, data, start, end) {
        const range = data.subarray(start, end);
        if (kind === "binary") events.push([kind, [...range]]);
        else {events.push([
            kind,
            new TextDecoder("utf-8", { ignoreBOM: true }).decode(range),
          ]);}
        onMessage(receiver);
      },
      ping: (payload) => events.push(["ping", [...payload]]),
      pong: (payload) => events.push(["pong", [...payload]]),
      close: (closeCode, reason) => events.push(["close", closeCode, reason]),
      fault: ({ closeCode, detail, offset }) =>
        events.push(["fault", closeCode, detail, offset]),
    },
  });
  return { receiver, events };
}

/** What a receiver notifies of when a stream comes in chunks of a size. */
export function receive(
  stream: Uint8Array,
  options: Partial<ReceiverOptions> = {},
  chunkSize = Infinity,
): readonly Received[] {
  const { receiver, events } = record(options);
  for (const chunk of chunks(stream, chunkSize)) receiver.receive(chunk);
  return events;
}

/** Cuts a stream; each chunk has a buffer of its own at an odd offset. */
export function chunks(
  stream: Uint8Array,
  size: number,
): readonly Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(stream.length / Math.min(size, stream.length || 1));
  return Array.from({ length: count }, (_, index) => {
    const part = stream.subarray(
      index * Math.min(size, stream.length),
      (index + 1) * size,
    );
    const buffer = new Uint8Array(part.length + 1);
    buffer.set(part, 1);
    return buffer.subarray(1);
  });
}
