/**
 * What the driver needs of a WebSocket, for each kind of transport.
 *
 * A transport calls its listener from its own events, never during a call of one
 * of its methods, and never again after `end`.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Data } from "../queue/data.ts";
import type { Pack } from "../queue/pack.ts";
import type { Failure } from "../connection/failure.ts";
import type { NetworkConfig } from "../connection/config/network.ts";
import type { TransportName } from "../connection/config/transports.ts";

/** Who owns the globals: a worker of ours, or the application. */
export type Realm = "own" | "shared";

/** Where to connect. */
export interface Target {
  readonly url: string;
  readonly protocols: readonly string[];
  /** Only for transports that can set them. */
  readonly headers: Readonly<Record<string, string>>;
  /** TLS, proxy and compression; only for `tcp`. */
  readonly network?: NetworkConfig;
}

/** What a handshake agreed on. */
export interface Opened {
  readonly protocol: string;
  readonly extensions: string;
  /** Whether this connection has ping frames, where its kind does not know. */
  readonly pings?: boolean;
}

/** Receives the events of a transport. */
export interface TransportListener {
  /** The handshake is complete. */
  open(opened: Opened): void;
  /** A message arrived. `bytes` is its size in UTF-8 or binary bytes. */
  message(data: Data, bytes: number): void;
  /** Whether `pack()` may be called now, in place of `message()`. @default {false} */
  readonly takesPacks?: boolean;
  /** Messages arrived. */
  pack?(pack: Pack): void;
  /** A pong arrived that carries the payload of one of our pings. */
  pong(payload: string): void;
  /**
   * The next message may be sent, after `send()` returned `false`; or `unwritten`
   * has fallen.
   */
  writable(): void;
  /** The connection has ended, before or after `open`. The last call. */
  end(info: CloseInfo, failure: Failure | undefined): void;
}

/** One WebSocket connection, from its first packet to its last. */
export interface Transport {
  /**
   * Whether a message that is sent now can still reach the peer: not before the
   * handshake is done, and not after either side has begun to close. What is
   * sent then is lost (RFC 6455, 1.4).
   */
  readonly isOpen: boolean;
  /**
   * How many of the last messages that `send()` took have not left as a whole: they
   * are lost if the connection ends. `undefined`: none.
   */
  readonly unwritten?: number | undefined;
  /**
   * When a message counts as taken: when it is `handed` over, or when the peer has
   * `accepted` it, which the transport reports by itself.
   *
   * @default {"handed"}
   */
  readonly taken?: "handed" | "accepted" | undefined;
  /**
   * Hands a message to the network. Only after `open`.
   *
   * @param message The number of a message of the application, for transports
   * that report what the peer has accepted.
   * @returns `false` when the transport has buffered too much: it takes this
   * message, but the next one should wait for `writable`.
   */
  send(data: Data, message?: number): boolean;
  /** Sends a ping frame, if the kind has `pings`. */
  ping(payload: string): void;
  /**
   * Starts the closing handshake. 1002, 1009 and 1011 are sent as such, or in the
   * form that the platform allows (4002, 4009, 4011). `undefined`: a close frame
   * without a code.
   */
  close(closeCode: number | undefined, reason: string): void;
  /** Drops the connection at once; the listener is not called any more. */
  terminate(): void;
  /** Stops reading from the network, if the kind `pauses`. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /**
   * A number that grows with each byte that arrives, also within a frame. A
   * transport that does not see bytes counts messages.
   */
  readonly progress: number;
  /** The bytes of messages that have not left yet, as far as it is known. */
  readonly bufferedAmount: number;
}

/** What a kind of transport can do. */
export interface TransportKind {
  readonly name: TransportName;
  /** Whether `ping()` sends ping frames. */
  readonly pings: boolean;
  /** Whether `pause()` is TCP backpressure. */
  readonly pauses: boolean;
  /** `relayed`: another thread of the platform may hold back what is sent. */
  readonly output: "direct" | "relayed";
  /** Close codes after which another attempt is of no use, besides those of the options. */
  readonly finalCloseCodes?: readonly number[];
  /** Starts connecting. Throws what the platform throws for a bad target. */
  connect(
    target: Target,
    limits: { readonly maxMessageSize: number },
    listener: TransportListener,
  ): Transport;
}
