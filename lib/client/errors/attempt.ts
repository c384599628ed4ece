/**
 * The classes of what can go wrong before a connection is open.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import { SocketError, type SocketErrorInit } from "./base.ts";

/**
 * No connection came about: it failed below the WebSocket handshake.
 *
 * @example A port where nobody listens
 * ```ts
 * import { ConnectError, type FailureEvent, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost:1");
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, ConnectError);
 * assertEquals(error.kind, "refused");
 * assert(error.retryable);
 * ```
 */
export class ConnectError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectError";
  }
  /**
   * What failed. `"unknown"` where the platform hides it, as browsers do;
   * `"invalid"`: the platform refused the URL, a subprotocol or a header, or has
   * no permission to connect; `"proxy"`: the proxy refused, or is out of reach.
   */
  readonly kind: "refused" | "dns" | "tls" | "proxy" | "invalid" | "unknown";

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

/**
 * The server answered the handshake with something other than 101.
 *
 * @example A server that is being restarted
 * ```ts
 * import { type FailureEvent, HandshakeError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   () => new Response(null, { status: 503, headers: { "retry-after": "2" } }),
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, HandshakeError);
 * assertEquals(error.status, 503);
 * assertEquals(error.retryAfter, 2_000);
 * assert(error.retryable);
 * ```
 */
export class HandshakeError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "HandshakeError";
  }
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

/**
 * What a server answered instead of 101.
 *
 * @example An error to test one's own code with
 * ```ts
 * import { type HandshakeAnswer, HandshakeError } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * const answer: HandshakeAnswer = { status: 429, retryAfter: 60_000, headers: {} };
 * const error = new HandshakeError("Too many", { ...answer, retryable: true });
 * assertEquals([error.status, error.retryAfter], [429, 60_000]);
 * ```
 */
export interface HandshakeAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** What the server asked to wait with `Retry-After`, in milliseconds. */
  readonly retryAfter?: number;
  /** The response's headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An attempt took longer than `openTimeout`.
 *
 * @example A server that does not answer
 * ```ts
 * import {
 *   type FailureEvent,
 *   OpenTimeoutError,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * using silent = Deno.listen({ port: 0 });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${silent.addr.port}`, [], {
 *   openTimeout: 100,
 * });
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, OpenTimeoutError);
 * assert(error.retryable);
 * ```
 */
export class OpenTimeoutError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "OpenTimeoutError";
  }
}

/**
 * A function of the options or of the hooks module failed.
 *
 * @example A url function that fails
 * ```ts
 * import { type FailureEvent, ProviderError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const cause = new Error("No server is free");
 * await using socket = new ReconnectingWebSocket(() => Promise.reject(cause));
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, ProviderError);
 * assertEquals(error.provider, "url");
 * assertEquals(error.cause, cause);
 * assert(error.retryable);
 * ```
 */
export class ProviderError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "ProviderError";
  }
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

/**
 * The server rejected the token or the greeting.
 *
 * @example A greeting that is answered with no
 * ```ts
 * import { AuthenticationError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertFalse, assertRejects } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = () => socket.send("denied");
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   greeting: { send: "let me in", expect: "welcome", reject: "denied" },
 * });
 * const error = await assertRejects(() => socket.closed, AuthenticationError);
 * assertFalse(error.retryable);
 * ```
 */
export class AuthenticationError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "AuthenticationError";
  }
}

/**
 * The attempts that `backoff` allows are spent. `cause` is the last one's error.
 *
 * @example Two attempts, and no more
 * ```ts
 * import { ConnectError, ReconnectError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost:1", [], {
 *   backoff: { first: 10, maxAttempts: 2 },
 * });
 * const error = await assertRejects(() => socket.closed, ReconnectError);
 * assertEquals(error.attempts, 2);
 * assertInstanceOf(error.cause, ConnectError);
 * ```
 */
export class ReconnectError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "ReconnectError";
  }
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

/**
 * The worker could not be started, crashed, or did not answer.
 *
 * @example A worker that fails as it starts
 * ```ts
 * import { ReconnectingWebSocket, WorkerError, WorkerHost } from "@holdfast/websocket";
 * import { assertFalse, assertRejects } from "@std/assert";
 *
 * const script = "data:text/javascript,throw new Error('No memory')";
 * await using host = new WorkerHost({ url: script });
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], { worker: host });
 * const error = await assertRejects(() => socket.closed, WorkerError, "could not be started");
 * assertFalse(error.retryable);
 * ```
 */
export class WorkerError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "WorkerError";
  }
}
