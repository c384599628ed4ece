/**
 * How the transports differ, as data.
 *
 * @module
 */

import type { TransportKind } from "../../lib/transport/transport.ts";

/** How the transports differ. */
export interface Traits {
  readonly symbol: "nativeTransport" | "loadWsTransport()" | "tcpTransport";
  readonly load: () => Promise<TransportKind>;
  /** Which code is sent for a code of ours, where they differ. */
  readonly wireCodes: Readonly<Record<number, number>>;
  /** The failure for a peer that goes away instead of answering our close frame. */
  readonly unanswered: "lost" | undefined;
  /** What the platform says about a port where nothing listens. */
  readonly refused: "refused" | "unknown";
  /** The visible headers of a refused handshake. */
  readonly refusal: {
    readonly headers: Record<string, string>;
    readonly retryAfter?: number;
  };
}
