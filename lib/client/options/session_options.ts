/**
 * The options for a session, in which no message is lost.
 *
 * @module
 */

/**
 * A session: each message arrives exactly once and in order, in both directions,
 * across connections and crashes of the worker, or an event `drop` reports that
 * it is lost. The server must speak `holdfast.session.v1`, as `SessionServer`
 * of `@holdfast/websocket/server` does.
 *
 * @example The server's answers wait until they are read
 * ```ts
 * import { ReconnectingWebSocket, type SessionOptions } from "@holdfast/websocket";
 *
 * const session: SessionOptions = { window: { messages: 1_024 } };
 * await using socket = new ReconnectingWebSocket("ws://localhost/feed", ["chat"], {
 *   session,
 *   autoConnect: false,
 * });
 * console.log(socket.session);
 * ```
 */
export interface SessionOptions {
  /** How much may be received and not consumed, in messages and bytes; the server sends no more. @default {{ messages: 4_096, bytes: 1_048_576 }} */
  readonly window?: {
    /** How many messages. @default {4_096} */
    readonly messages?: number;
    /** Their size, in bytes. @default {1_048_576} */
    readonly bytes?: number;
  };
  /**
   * Whether an attempt fails where the server has no sessions. With `false` the
   * socket then works as without a session, and `status.session` is `"none"`.
   *
   * @default {true}
   */
  readonly required?: boolean;
  /**
   * When the server may forget a message: once the application has consumed it
   * (its listener returned, or it pulled the next one), once this thread has
   * received it, or when `acknowledge()` is called.
   *
   * @default {"consumed"}
   */
  readonly ack?: "consumed" | "received" | "manual";
  /** Whether the socket goes on with a new session when its session is lost, or ends with close code 4410. @default {"continue"} */
  readonly onLost?: "continue" | "close";
  /**
   * What happens to a message of a lost session of which nobody knows whether
   * the server has handled it: it is dropped as `"unknown"`, or it is sent again,
   * and the server's handler gets it with `redelivered`.
   *
   * @default {"drop"}
   */
  readonly onUnknown?: "drop" | "resend";
}
