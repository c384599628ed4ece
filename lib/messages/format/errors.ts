/**
 * The errors of messages and of requests.
 *
 * @module
 */

import { SocketError, type SocketErrorInit } from "../../client/errors/mod.ts";
import type { Issue } from "./standard_schema.ts";

/**
 * A message could not be decoded, or is not safe to decode.
 *
 * @example A message that was cut off
 * ```ts
 * import { DecodeError, jsonCodec } from "@holdfast/websocket/messages";
 * import { assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
 *
 * const codec = jsonCodec();
 * const error = assertThrows(() => codec.decode('{"type":"say","text":"hel'), DecodeError);
 * assertStringIncludes(error.excerpt, "hel");
 * assertFalse(error.retryable);
 * ```
 */
export class DecodeError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "DecodeError";
  }
  /** A few characters of the message, around the fault if its place is known. */
  readonly excerpt: string;

  /**
   * Makes the error.
   *
   * @param message What is wrong with the data.
   * @param init The excerpt, and the cause.
   */
  constructor(
    message: string,
    init: { readonly excerpt: string; readonly cause?: unknown },
  ) {
    super(message, { retryable: false, ...causeOf(init) });
    this.excerpt = init.excerpt;
  }
}

/**
 * A request was not answered because the connection or the dispatcher ended.
 * The server may have handled it nevertheless.
 *
 * @example A connection that ends before the answer
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { dispatcher, RequestLostError } from "@holdfast/websocket/messages";
 * import { assert, assertEquals, assertRejects } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = () => socket.close();
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, { bought: z.object({}) });
 * const bought = messages.request("buy", { item: "tea" }, { reply: "bought" });
 * const error = await assertRejects(() => bought, RequestLostError);
 * assertEquals(error.type, "buy");
 * assert(error.retryable);
 * ```
 */
export class RequestLostError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "RequestLostError";
  }
  /** The type of the request. */
  readonly type: string;

  /**
   * Makes the error.
   *
   * @param message What happened, and what to do about it.
   * @param init The type of the request.
   */
  constructor(
    message: string,
    init: SocketErrorInit & { readonly type: string },
  ) {
    super(message, init);
    this.type = init.type;
  }
}

/**
 * A request was answered with another type than expected, such as `"error"`.
 *
 * @example A request that the server declines
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { dispatcher, UnexpectedReplyError } from "@holdfast/websocket/messages";
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     const { id } = JSON.parse(data);
 *     socket.send(JSON.stringify({ type: "error", id, text: "No such room" }));
 *   };
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, {
 *   joined: z.object({ members: z.number() }),
 *   error: z.object({ text: z.string() }),
 * });
 * const joined = messages.request("join", { room: 7 }, { reply: "joined" });
 * const error = await assertRejects(() => joined, UnexpectedReplyError);
 * assertEquals([error.type, error.data], ["error", { text: "No such room" }]);
 * ```
 */
export class UnexpectedReplyError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "UnexpectedReplyError";
  }
  /** The type of the answer. */
  readonly type: string;
  /** The data of the answer: checked if its type has a schema, else as received. */
  readonly data: unknown;

  /**
   * Makes the error.
   *
   * @param message What was expected.
   * @param init The answer.
   */
  constructor(
    message: string,
    init: { readonly type: string; readonly data: unknown },
  ) {
    super(message, { retryable: false });
    this.type = init.type;
    this.data = init.data;
  }
}

/**
 * A request was answered with data that its schema refuses.
 *
 * @example A text where a number is expected
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { dispatcher, InvalidReplyError } from "@holdfast/websocket/messages";
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     const { id } = JSON.parse(data);
 *     socket.send(JSON.stringify({ type: "joined", id, members: "two" }));
 *   };
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, { joined: z.object({ members: z.number() }) });
 * const joined = messages.request("join", { room: 7 }, { reply: "joined" });
 * const error = await assertRejects(() => joined, InvalidReplyError);
 * assertEquals(error.issues.map(({ path }) => path), [["members"]]);
 * ```
 */
export class InvalidReplyError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "InvalidReplyError";
  }
  /** What the schema found. */
  readonly issues: readonly Issue[];

  /**
   * Makes the error.
   *
   * @param message What is wrong.
   * @param init What the schema found, and the cause.
   */
  constructor(
    message: string,
    init: {
      readonly issues: readonly Issue[];
      readonly cause?: unknown;
    },
  ) {
    super(message, { retryable: false, ...causeOf(init) });
    this.issues = init.issues;
  }
}

function causeOf(
  { cause }: { readonly cause?: unknown },
): { readonly cause?: unknown } {
  return cause === undefined ? {} : { cause };
}
