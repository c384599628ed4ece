/**
 * WebSocket frames as bytes, for servers that must say exactly what they want,
 * rules broken included. This file knows no socket.
 *
 * @module
 */

/** The opcodes of RFC 6455, 5.2. */
export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** The bytes of one write that carries many frames. */
export const WRITE_SIZE = 64 * 1024;

/** What {@linkcode encodeFrame} may be given; a plain text frame needs none of it. */
export interface FrameOptions {
  /**
   * The opcode, reserved ones (3 to 7, 11 to 15) included.
   *
   * @default {0x1}
   */
  readonly opcode?: number;
  /**
   * Whether this is the last fragment of its message.
   *
   * @default {true}
   */
  readonly fin?: boolean;
  /**
   * The reserved bits RSV1 to RSV3 as a number: 4 is RSV1, 2 is RSV2, 1 is RSV3.
   *
   * @default {0}
   */
  readonly rsv?: number;
  /** The masking key, 4 bytes. Without one the frame is not masked, as a server's. */
  readonly mask?: Uint8Array;
  /** The payload length to claim, where it is not the true one. */
  readonly claimedLength?: number;
}

/** One frame, as {@linkcode decodeFrame} reads it. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  /** The payload, unmasked. */
  readonly payload: Uint8Array;
  /** The bytes that the whole frame takes. */
  readonly size: number;
}

/**
 * Encodes one frame (RFC 6455, 5.2).
 *
 * @param payload The payload; text is encoded as UTF-8.
 * @param options Opcode, bits and mask.
 * @returns The bytes of the frame.
 */
export function encodeFrame(
  payload: string | Uint8Array = "",
  options: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const { opcode = OPCODE.text, fin = true, rsv = 0, mask } = options;
  const data = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const length = encodeLength(options.claimedLength ?? data.length);
  length[0]! |= mask ? 0x80 : 0;
  const body = mask ? applyMask(data, mask) : data;
  return concat([
    Uint8Array.of((fin ? 0x80 : 0) | (rsv << 4) | opcode),
    length,
    mask ?? new Uint8Array(),
    body,
  ]);
}

/**
 * Encodes a close frame (RFC 6455, 5.5.1), forbidden codes included.
 *
 * @param closeCode The code; without one the payload is empty.
 * @param reason The reason.
 * @returns The bytes of the frame.
 */
export function encodeClose(
  closeCode?: number,
  reason = "",
): Uint8Array<ArrayBuffer> {
  if (closeCode === undefined) {
    return encodeFrame("", { opcode: OPCODE.close });
  }
  const code = Uint8Array.of(closeCode >> 8, closeCode & 0xff);
  const payload = concat([code, new TextEncoder().encode(reason)]);
  return encodeFrame(payload, { opcode: OPCODE.close });
}

/**
 * Reads the frame at the start of `bytes`.
 *
 * @param bytes What has been received and not yet been read.
 * @returns The frame, or `undefined` while it is incomplete.
 */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = view.getUint8(1) & 0x7f;
  const masked = view.getUint8(1) >= 0x80;
  const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = lengthEnd === 2
    ? short
    : lengthEnd === 4
    ? view.getUint16(2)
    : Number(view.getBigUint64(2));
  const size = start + length;
  if (bytes.length < size) return undefined;
  const body = bytes.slice(start, size);
  return {
    opcode: view.getUint8(0) & 0x0f,
    fin: view.getUint8(0) >= 0x80,
    rsv: (view.getUint8(0) >> 4) & 0x7,
    masked,
    payload: masked ? applyMask(body, bytes.subarray(lengthEnd, start)) : body,
    size,
  };
}

/**
 * Packs copies of one frame into writes of at most {@linkcode WRITE_SIZE} bytes
 * each, so that a benchmark measures the receiver and not this encoder.
 *
 * @param frame The bytes of the frame.
 * @param count How many copies.
 * @returns The writes; all but the last share one buffer.
 */
export function* packFrames(
  frame: Uint8Array<ArrayBuffer>,
  count: number,
): Generator<Uint8Array<ArrayBuffer>> {
  const perWrite = Math.max(1, Math.floor(WRITE_SIZE / frame.length));
  const full = concat(Array<Uint8Array>(Math.min(perWrite, count)).fill(frame));
  for (let left = count; left > 0; left -= perWrite) {
    yield full.subarray(0, Math.min(left, perWrite) * frame.length);
  }
}

/**
 * Joins byte arrays.
 *
 * @param parts The arrays, in order.
 * @returns A new array with the bytes of all of them.
 */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(
    parts.reduce((size, part) => size + part.length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function encodeLength(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(length);
  if (length < 0x10000) return Uint8Array.of(126, length >> 8, length & 0xff);
  const bytes = new Uint8Array(9);
  bytes[0] = 127;
  new DataView(bytes.buffer).setBigUint64(1, BigInt(length));
  return bytes;
}

function applyMask(data: Uint8Array, mask: Uint8Array): Uint8Array {
  return data.map((byte, index) => byte ^ mask[index % 4]!);
}
