/**
 * The data of one message: its size, and a copy that nobody else can change.
 *
 * @module
 */

import type { Data } from "../connection/config.ts";
import { utf8Length } from "../connection/utf8.ts";

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
