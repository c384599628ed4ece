/**
 * The payload of a close frame (RFC 6455, 5.5.1 and 7.4).
 *
 * @module
 */

import type { ProtocolFault } from "./fault.ts";
import { MAX_CONTROL } from "./frame.ts";

/** Stands for a close frame without a code and never goes on the wire. */
const NO_CODE = 1005;
/** Below 1000 nothing is used, above 4999 nothing is defined. */
const LIBRARY_CODES = 3000;
const LAST_CODE = 4999;
/** RFC 6455, 7.4.1, and 1012 to 1014 by IANA. 1004 to 1006 and 1015 are reserved. */
const PROTOCOL_CODES: readonly number[] = [
  1000,
  1001,
  1002,
  1003,
  1007,
  1008,
  1009,
  1010,
  1011,
  1012,
  1013,
  1014,
];

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** What a close frame says, or what is wrong with it. */
export type ClosePayload =
  | {
    readonly kind: "close";
    /** 1005 where the frame has no code. */
    readonly closeCode: number;
    readonly reason: string;
  }
  | ({ readonly kind: "fault" } & Omit<ProtocolFault, "offset">);

/** Tells whether a close frame may carry this code (RFC 6455, 7.4.1 and 7.4.2). */
export function isWireCloseCode(closeCode: number): boolean {
  return PROTOCOL_CODES.includes(closeCode) ||
    Number.isInteger(closeCode) && closeCode >= LIBRARY_CODES &&
      closeCode <= LAST_CODE;
}

/** Reads a payload of 0 or of 2 to 125 bytes. */
export function readClosePayload(payload: Uint8Array): ClosePayload {
  if (payload.length === 0) {
    return { kind: "close", closeCode: NO_CODE, reason: "" };
  }
  const closeCode = payload[0]! * 256 + payload[1]!;
  if (!isWireCloseCode(closeCode)) {
    return {
      kind: "fault",
      closeCode: 1002,
      detail: `The close code ${closeCode} must not be sent (RFC 6455, 7.4)`,
    };
  }
  try {
    const reason = decoder.decode(payload.subarray(2));
    return { kind: "close", closeCode, reason };
  } catch {
    return {
      kind: "fault",
      closeCode: 1007,
      detail: "The reason of a close frame is not UTF-8 (RFC 6455, 5.5.1)",
    };
  }
}

/**
 * Makes the payload of a close frame.
 *
 * @param closeCode A code that may be sent, or `undefined` for none.
 * @param reason At most 123 bytes of UTF-8 go out; a longer one is cut between
 * two characters. Without a code there is no reason.
 */
export function closePayload(
  closeCode: number | undefined,
  reason: string,
): Uint8Array<ArrayBuffer> {
  if (closeCode === undefined) return new Uint8Array(0);
  const payload = new Uint8Array(MAX_CONTROL);
  new DataView(payload.buffer).setUint16(0, closeCode);
  const { written } = encoder.encodeInto(reason, payload.subarray(2));
  return payload.slice(0, 2 + written);
}
