/**
 * What `send()` takes, and a copy of it that nobody else can change.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";

/** Everything that `send()` of a WebSocket takes. */
export type Sendable = string | ArrayBufferLike | ArrayBufferView | Blob;

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
