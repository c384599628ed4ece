/**
 * Which close codes a transport sends.
 *
 * @module
 */

/** Codes that only describe an end (RFC 6455, 7.4.1). */
const NEVER_SENT: readonly number[] = [1004, 1005, 1006, 1015];

/** Where the codes that the platform reserves go in the private range. */
const PRIVATE_OFFSET = 3_000;

/** Says whether a close frame carries this code; otherwise it has no code. */
export function isSent(closeCode: number | undefined): closeCode is number {
  return closeCode !== undefined && !NEVER_SENT.includes(closeCode);
}

/**
 * Returns the code that the platform's `WebSocket` sends for a code of ours. It
 * takes 1000 and 3000 to 4999 only (WHATWG WebSockets, 3.1), so 1001 to 1014
 * become 4001 to 4014.
 *
 * @returns `undefined` for a close frame without a code.
 */
export function platformCloseCode(
  closeCode: number | undefined,
): number | undefined {
  if (!isSent(closeCode)) return undefined;
  const isReserved = closeCode > 1000 && closeCode < 1015;
  return isReserved ? closeCode + PRIVATE_OFFSET : closeCode;
}
