/**
 * The classes of what can go wrong with a connection and with its messages.
 *
 * @module
 */

import type { CloseInfo } from "../../rfc6455/close.ts";
import { SocketError, type SocketErrorInit } from "./base.ts";

/**
 * The server closed the connection, or there is no connection any more.
 *
 * @example A server that closes with a code of its own
 * ```ts
 * import { ConnectionClosedError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals, assertFalse, assertRejects } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.close(4404, "No such room");
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const error = await assertRejects(() => socket.closed, ConnectionClosedError);
 * assertEquals([error.closeCode, error.reason], [4404, "No such room"]);
 * assertFalse(error.retryable);
 * ```
 */
export class ConnectionClosedError extends SocketError implements CloseInfo {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionClosedError";
  }
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

/**
 * The connection was lost: no close frame was received (close code 1006), or the
 * server did not answer ours in time. `write()` rejects with it as well, for a
 * message that was lost or refused.
 *
 * @example A server that crashes
 * ```ts
 * import {
 *   ConnectionLostError,
 *   type FailureEvent,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * const script = `Deno.serve({ port: 0, onListen: ({ port }) => postMessage(port) },
 *   (request) => Deno.upgradeWebSocket(request).response)`;
 * const server = new Worker(`data:text/javascript,${script}`, { type: "module" });
 * const port = await new Promise((resolve) => server.onmessage = ({ data }) => resolve(data));
 *
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${port}`);
 * socket.onopen = () => server.terminate();
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, ConnectionLostError);
 * assert(error.retryable);
 * ```
 */
export class ConnectionLostError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionLostError";
  }
}

/**
 * Pings were not answered, or the server was silent for too long.
 *
 * @example A server that falls silent
 * ```ts
 * import {
 *   type FailureEvent,
 *   HeartbeatTimeoutError,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   (request) => Deno.upgradeWebSocket(request).response,
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   idleTimeout: 50,
 * });
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, HeartbeatTimeoutError);
 * assert(error.retryable);
 * ```
 */
export class HeartbeatTimeoutError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "HeartbeatTimeoutError";
  }
}

/**
 * The server broke RFC 6455, or sent more than `maxMessageSize`.
 *
 * @example A message that is too large
 * ```ts
 * import { ProtocolError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals, assertFalse, assertRejects } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send("x".repeat(1_001));
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   maxMessageSize: 1_000,
 * });
 * const error = await assertRejects(() => socket.closed, ProtocolError);
 * assertEquals(error.closeCode, 1009);
 * assertFalse(error.retryable);
 * ```
 */
export class ProtocolError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "ProtocolError";
  }
  /** The close code that the server receives: 1002, 1007 (not UTF-8) or 1009 (too big). */
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

/**
 * The inbox was full, and its rule is `"close"`, or `"pause"` over a transport that
 * cannot pause (`native`, all browsers).
 *
 * @example More than the inbox can hold
 * ```ts
 * import {
 *   type FailureEvent,
 *   InboxOverflowError,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assert, assertInstanceOf } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send("x".repeat(1_001));
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   inbox: { maxBytes: 1_000, overflow: "close" },
 * });
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, InboxOverflowError);
 * assert(error.retryable);
 * ```
 */
export class InboxOverflowError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "InboxOverflowError";
  }
}

/**
 * The outbox is full and its rule is `"reject"`, or the message can never fit.
 *
 * @example One message more than may wait
 * ```ts
 * import { OutboxFullError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertThrows } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], {
 *   autoConnect: false,
 *   outbox: { maxMessages: 1 },
 * });
 * socket.send("first");
 * const error = assertThrows(() => socket.send("second"), OutboxFullError);
 * assert(error.retryable);
 * ```
 */
export class OutboxFullError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "OutboxFullError";
  }
}

/**
 * A message waited in the outbox for longer than its `ttl`.
 *
 * @example A message that is worthless when it is late
 * ```ts
 * import { MessageExpiredError, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertRejects } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], { autoConnect: false });
 * const written = socket.write("cursor at 3, 4", { ttl: 50 });
 * const error = await assertRejects(() => written, MessageExpiredError);
 * assert(error.retryable);
 * ```
 */
export class MessageExpiredError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "MessageExpiredError";
  }
}
