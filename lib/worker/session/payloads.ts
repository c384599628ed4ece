/**
 * The data of messages, as the session has it and as the boundary has it.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { Payload } from "../../session/wire/payload.ts";

/** As the session has it. Nothing is copied. */
export function toPayload(data: Data): Payload {
  return typeof data === "string" ? data : new Uint8Array(data);
}

/** As transports and the boundary have it: a buffer is its own, without a header. */
export function toData(payload: Payload): Data {
  if (typeof payload === "string") return payload;
  const { buffer, byteLength } = payload;
  return buffer.byteLength === byteLength ? buffer : payload.slice().buffer;
}
