/**
 * What `send()` takes, and a copy that cannot change.
 *
 * @module
 */

import { copyOfBinary, isBlob } from "../../queue/binary.ts";
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
