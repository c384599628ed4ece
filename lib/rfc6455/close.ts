/**
 * How a connection ended, and which codes mean what.
 *
 * @module
 */

import {
  CLOSE_CODE_RANGES,
  CLOSE_CODES,
  NOT_A_CLOSE_CODE,
} from "./close_codes.ts";

/**
 * How a connection ended, as RFC 6455, 7.1.5 to 7.1.7 defines it.
 *
 * @example Saying how it ended
 * ```ts
 * import { type CloseInfo, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * await socket.opened;
 * socket.close(3000, "done");
 * const info: CloseInfo = await socket.closed;
 * assertEquals(info, { closeCode: 3000, reason: "done", wasClean: true });
 * ```
 */
export interface CloseInfo {
  /** The close code: 1000 to 4999. 1005: none was sent. 1006: no close frame. */
  readonly closeCode: number;
  /** The reason that came with the code, at most 123 bytes of UTF-8. */
  readonly reason: string;
  /** Whether both sides completed the closing handshake. */
  readonly wasClean: boolean;
}

/** A close frame without a code was received; never sent itself (RFC 6455, 7.4.1). */
export const NO_CLOSE_CODE = 1005;
/** No close frame was received; never sent itself (RFC 6455, 7.4.1). */
export const NO_CLOSE_FRAME = 1006;

/** The end of a connection without a close frame. */
export const LOST: CloseInfo = {
  closeCode: NO_CLOSE_FRAME,
  reason: "",
  wasClean: false,
};

/** The longest reason that fits into a control frame, in bytes (RFC 6455, 5.5). */
export const MAX_REASON_BYTES = 123;

/**
 * Explains a close code: what it means, what usually causes it, and what to do.
 *
 * @example Logging why a connection ended
 * ```ts
 * import { describeClose } from "@holdfast/websocket";
 * import { assertMatch } from "@std/assert";
 *
 * const { code } = new CloseEvent("close", { code: 1006 });
 * assertMatch(describeClose(code), /No close frame was received.*heartbeat.interval/);
 * ```
 *
 * @param closeCode Any number; what is no close code is called so.
 * @returns One to three sentences without a final period.
 */
export function describeClose(closeCode: number): string {
  const range = CLOSE_CODE_RANGES.findLast(({ from }) => closeCode >= from);
  return CLOSE_CODES.get(closeCode) ?? range?.meaning ?? NOT_A_CLOSE_CODE;
}

/** Says whether a number is in the range of close codes (RFC 6455, 7.4.2). */
export function isCloseCode(closeCode: number): boolean {
  return Number.isInteger(closeCode) && closeCode >= 1000 && closeCode <= 4999;
}

/** Says whether `close()` accepts this code (WHATWG WebSockets, `close()`, step 1). */
export function isSendableCloseCode(closeCode: number): boolean {
  return closeCode === 1000 || isCloseCode(closeCode) && closeCode >= 3000;
}
