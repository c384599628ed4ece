/**
 * The data of one message: its size, and a copy that nobody else can change.
 *
 * @module
 */

import type { Data } from "../connection/config.ts";

/** Everything that `send()` of a WebSocket takes. */
export type Sendable = string | ArrayBufferLike | ArrayBufferView | Blob;

/** The size of a message in UTF-8 or binary bytes. */
export function sizeOf(data: Data | Blob): number {
  if (typeof data === "string") return utf8Length(data);
  return data instanceof Blob ? data.size : data.byteLength;
}

/** The data as it is now: binary data is copied, the rest cannot change. */
export function snapshot(data: Sendable): Data | Blob {
  if (typeof data === "string" || data instanceof Blob) return data;
  // No view can be made of a detached buffer, whose length is 0 as well.
  if (data.byteLength === 0) return new ArrayBuffer(0);
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return new Uint8Array(view).buffer;
}

/** A lone surrogate becomes U+FFFD, three bytes, when it is encoded (WHATWG Encoding, 4.3). */
function utf8Length(text: string): number {
  const { length } = text;
  let bytes = length;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // Two units for four bytes: the second of a pair has been counted with the first.
    if ((text.codePointAt(index) ?? 0) > 0xffff) index += 1;
  }
  return bytes;
}
