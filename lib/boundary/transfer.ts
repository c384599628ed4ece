/**
 * Which data is transferred to the other thread, and which is copied.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";

/** Buffers of fewer bytes cost less to copy than to transfer. */
export const TRANSFER_FROM = 2_048;

/** Returns whether a message's data is transferred, and gone for its sender. */
export function isTransferred(data: Data): data is ArrayBuffer {
  return typeof data !== "string" && data.byteLength >= TRANSFER_FROM;
}
