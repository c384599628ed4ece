/**
 * The classes of the errors of a socket. Each says whether trying again can help.
 *
 * @module
 */

import type { CloseInfo } from "../connection/close.ts";
import type { ProviderName } from "../connection/failure.ts";

/** What every {@linkcode SocketError} is made of. */
export interface SocketErrorInit {
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * What all errors of this package have in common.
 *
 * @example Telling what can be tried again
 * ```ts
 * import { ConnectError, SocketError } from "@holdfast/websocket";
 *
 * const error: Error = new ConnectError("No route", { kind: "unknown", retryable: true });
 * if (error instanceof SocketError && error.retryable) console.log(error.name);
 * ```
 */
export abstract class SocketError extends Error {
  /** Whether trying again can help. */
  readonly retryable: boolean;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init Whether trying again can help, and the cause.
   */
  constructor(message: string, init: SocketErrorInit) {
    super(message, "cause" in init ? { cause: init.cause } : undefined);
    this.retryable = init.retryable;
  }

  /** The name of the class. */
  override get name(): string {
    const own = Object.entries(CLASSES).find(([, Class]) =>
      this instanceof Class
    );
    return own?.[0] ?? "SocketError";
  }
}

/** The server closed the connection, or there is no connection any more. */
export class ConnectionClosedError extends SocketError implements CloseInfo {
  /** The close code: 1000 to 4999. */
  readonly closeCode: number;
  /** The reason that came with it. */
  readonly reason: string;
  /** Whether both sides completed the closing handshake. */
  readonly wasClean: boolean;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init How the connection ended.
   */
  constructor(message: string, init: SocketErrorInit & CloseInfo) {
    super(message, init);
    this.closeCode = init.closeCode;
    this.reason = init.reason;
    this.wasClean = init.wasClean;
  }
}

/** The connection was lost: no close frame was received (close code 1006). */
export class ConnectionLostError extends SocketError {}

/** No connection came about: it failed below the WebSocket handshake. */
export class ConnectError extends SocketError {
  /**
   * What failed. `"unknown"` where the platform hides it, as browsers do;
   * `"invalid"`: the platform refused the URL, a subprotocol or a header.
   */
  readonly kind: "refused" | "dns" | "tls" | "invalid" | "unknown";

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init What failed.
   */
  constructor(
    message: string,
    init: SocketErrorInit & { readonly kind: ConnectError["kind"] },
  ) {
    super(message, init);
    this.kind = init.kind;
  }
}

/** The server answered the handshake with something other than 101. */
export class HandshakeError extends SocketError {
  /** The HTTP status. */
  readonly status: number;
  /** What the server asked to wait with `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The response's headers, names in lower case; empty where the platform hides them. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init The server's answer.
   */
  constructor(message: string, init: SocketErrorInit & HandshakeAnswer) {
    super(message, init);
    this.status = init.status;
    this.retryAfter = init.retryAfter;
    this.headers = init.headers;
  }
}

/** What a server answered instead of 101. */
export interface HandshakeAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** What the server asked to wait with `Retry-After`, in milliseconds. */
  readonly retryAfter?: number;
  /** The response's headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An attempt took longer than `openTimeout`. */
export class OpenTimeoutError extends SocketError {}

/** Pings were not answered, or the server was silent for too long. */
export class HeartbeatTimeoutError extends SocketError {}

/** The server rejected the token or the greeting. */
export class AuthenticationError extends SocketError {}

/** The attempts that `backoff` allows are spent. `cause` is the last one's error. */
export class ReconnectError extends SocketError {
  /** How many attempts failed in a row. */
  readonly attempts: number;
  /** How long that took, in milliseconds. */
  readonly elapsed: number;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init What was tried.
   */
  constructor(
    message: string,
    init: SocketErrorInit & {
      readonly attempts: number;
      readonly elapsed: number;
    },
  ) {
    super(message, init);
    this.attempts = init.attempts;
    this.elapsed = init.elapsed;
  }
}

/** The outbox is full and its rule is `"reject"`, or the message can never fit. */
export class OutboxFullError extends SocketError {}

/** The inbox was full and its rule is `"close"`. */
export class InboxOverflowError extends SocketError {}

/** A message waited in the outbox for longer than its `ttl`. */
export class MessageExpiredError extends SocketError {}

/** The server broke RFC 6455, or sent more than `maxMessageSize`. */
export class ProtocolError extends SocketError {
  /** What the server is told: 1002, 1007 (not UTF-8) or 1009 (too big). */
  readonly closeCode: number;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init The close code that stands for it.
   */
  constructor(
    message: string,
    init: SocketErrorInit & { readonly closeCode: number },
  ) {
    super(message, init);
    this.closeCode = init.closeCode;
  }
}

/** A function of the options or of the hooks module failed. */
export class ProviderError extends SocketError {
  /** Which one. */
  readonly provider: ProviderName;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init Which function failed.
   */
  constructor(
    message: string,
    init: SocketErrorInit & { readonly provider: ProviderName },
  ) {
    super(message, init);
    this.provider = init.provider;
  }
}

/** The worker could not be started, crashed, or did not answer. */
export class WorkerError extends SocketError {}

/** Names of classes do not survive a minifier. */
const CLASSES = {
  ConnectionClosedError,
  ConnectionLostError,
  ConnectError,
  HandshakeError,
  OpenTimeoutError,
  HeartbeatTimeoutError,
  AuthenticationError,
  ReconnectError,
  OutboxFullError,
  InboxOverflowError,
  MessageExpiredError,
  ProtocolError,
  ProviderError,
  WorkerError,
};
