/**
 * The payload of a close frame (RFC 6455, 5.5.1 and 7.4).
 *
 * @module
 */

import { isCloseCode, NO_CLOSE_CODE } from "./close.ts";
import type { ProtocolFault } from "./fault.ts";
import { MAX_CONTROL } from "./frame.ts";

/** The last code that is registered (IANA) and may be sent; 1015 is reserved. */
const LAST_PROTOCOL_CODE = 1014;
/** RFC 6455, 7.4.1. */
const RESERVED_CODES: readonly number[] = [1004, 1005, 1006];
/** From here on, codes are those of libraries and applications. */
const FIRST_LIBRARY_CODE = 3000;

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

/** Whether a close frame may carry this code (RFC 6455, 7.4.1 and 7.4.2). */
export function isWireCloseCode(closeCode: number): boolean {
  return isCloseCode(closeCode) &&
    (closeCode >= FIRST_LIBRARY_CODE ||
      closeCode <= LAST_PROTOCOL_CODE && !RESERVED_CODES.includes(closeCode));
}

/** Reads a payload of 0 or of 2 to 125 bytes. */
export function readClosePayload(payload: Uint8Array): ClosePayload {
  if (payload.length === 0) {
    return { kind: "close", closeCode: NO_CLOSE_CODE, reason: "" };
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
