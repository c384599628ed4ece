/**
 * What `send()` takes, and a copy of it that nobody else can change.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";

/** Everything that `send()` of a WebSocket takes. */
export type Sendable = string | ArrayBufferLike | ArrayBufferView | Blob;

/**
 * The message as it is now. Binary data is copied; text and a `Blob` cannot
 * change. Anything else becomes text, as Web IDL converts it.
 */
export function toMessage(data: unknown): Data | Blob {
  if (typeof data === "string" || data instanceof Blob) return data;
  if (ArrayBuffer.isView(data)) {
    return copyOf(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer) return copyOf(data, 0, data.byteLength);
  return `${data}`;
}

function copyOf(
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): ArrayBuffer {
  // No view can be made of a detached buffer, whose length is 0 as well.
  if (length === 0) return new ArrayBuffer(0);
  return new Uint8Array(new Uint8Array(buffer, offset, length)).buffer;
}
