/**
 * What `send()` takes, and a copy that cannot change.
 *
 * @module
 */

import { copyOfBinary } from "../../queue/binary.ts";
import type { Data } from "../../queue/data.ts";

/** Everything that `send()` of a WebSocket takes; no buffer is shared or resizable. */
export type Sendable =
  | string
  | ArrayBuffer
  | ArrayBufferView<ArrayBuffer>
  | Blob;

/**
 * The message as it is now. Binary data is copied; text and a `Blob` cannot
 * change. Anything else becomes text, as Web IDL converts it.
 *
 * @throws {TypeError} Its buffer is shared or resizable.
 */
export function toMessage(data: unknown): Data | Blob {
  if (typeof data === "string") return data;
  const copy = copyOfBinary(data);
  if (copy !== undefined) return copy;
  return isBlob(data) ? data : `${data}`;
}

/** Tells whether a value is a `Blob`, of any realm: no other object has its slot. */
function isBlob(value: unknown): value is Blob {
  if (typeof value !== "object" || value === null) return false;
  try {
    Reflect.get(Blob.prototype, "size", value);
    return true;
  } catch {
    return false;
  }
}
