/**
 * What the end of a connection means, for each kind of transport.
 *
 * @module
 */

import { type CloseInfo, NO_CLOSE_FRAME } from "../rfc6455/close.ts";
import type { Failure } from "../connection/failure.ts";

/** How far a transport is. `closing`: our side has sent the first close frame. */
export type TransportPhase = "opening" | "open" | "closing";

/**
 * Finds the failure of an end for which the transport knows no other.
 *
 * @param info How it ended.
 * @param context How far the transport was, and a description of a loss.
 * @returns `undefined` for the answer to our own `close()`.
 */
export function endFailure(
  info: CloseInfo,
  { phase, detail = "No close frame was received" }: {
    readonly phase: TransportPhase;
    readonly detail?: string | undefined;
  },
): Failure | undefined {
  if (phase === "opening") return { type: "connect", kind: "unknown", detail };
  if (info.closeCode === NO_CLOSE_FRAME) return { type: "lost", detail };
  return phase === "closing" ? undefined : { type: "closed", ...info };
}
