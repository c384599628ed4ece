/**
 * The options of a dispatcher, of its requests and of its subscriptions.
 *
 * @module
 */

import {
  DURATION,
  type Fit,
  type Range,
  type Rule,
  SWITCH,
} from "../client/options/validate.ts";
import type { Codec } from "./format/codec.ts";
import type { Envelope, Message, MessageId } from "./format/envelope.ts";
import type { InvalidMessage } from "./message_reader.ts";

/** A message for which there is no handler. */
export interface UnknownMessage extends Message {
  /** `"type"`: its type has no schema. `"late"`: the request that it answers has ended. */
  readonly kind: "type" | "late";
}

/**
 * The bounds of the messages that wait for a slow schema.
 *
 * @example One message may wait, the next one is too many
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import {
 *   dispatcher,
 *   type InvalidMessage,
 *   type WaitingOptions,
 * } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => [1, 2].forEach((id) => socket.send(`{"type":"buy","id":${id}}`));
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const slow = z.object({ id: z.number() }).refine(() => new Promise<boolean>(() => {}));
 * const waiting: WaitingOptions = { maxMessages: 1 };
 * const { promise, resolve } = Promise.withResolvers<InvalidMessage>();
 * using _messages = dispatcher(socket, { buy: slow }, { waiting, invalid: resolve });
 * assertEquals((await promise).kind, "overflow");
 * ```
 */
export interface WaitingOptions {
  /** In messages. @default {1_000} */
  readonly maxMessages?: number;
  /** In bytes; text counts two bytes per UTF-16 code unit. @default {16_777_216} */
  readonly maxBytes?: number;
}

/**
 * How a dispatcher reads and writes.
 *
 * @example Data in a member of its own, and a handler for unknown types
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import {
 *   dispatcher,
 *   type DispatcherOptions,
 *   nestedEnvelope,
 *   type UnknownMessage,
 * } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const { promise, resolve } = Promise.withResolvers<UnknownMessage>();
 * const options: DispatcherOptions = {
 *   envelope: nestedEnvelope({ data: "payload" }),
 *   unknown: resolve,
 * };
 * using messages = dispatcher(socket, {}, options);
 * messages.send("weather", "grey");
 * await socket.opened;
 * assertEquals(await promise, { type: "weather", data: "grey", kind: "type" });
 * ```
 */
export interface DispatcherOptions {
  /** From messages to values and back. @default {jsonCodec()} */
  readonly codec?: Codec;
  /** Where type, data and correlation id stand. @default {flatEnvelope()} */
  readonly envelope?: Envelope;
  /** Receives messages whose type has no schema, and answers that come too late. @default {undefined} */
  readonly unknown?: (message: UnknownMessage) => unknown;
  /** Receives messages that cannot be read, or that their schema refuses. @default {undefined} */
  readonly invalid?: (message: InvalidMessage) => unknown;
  /** The bounds of the messages that wait for a slow schema; the rest goes to `invalid`. */
  readonly waiting?: WaitingOptions;
  /** How many requests may wait for an answer at a time. @default {10_000} */
  readonly maxRequests?: number;
  /** Makes the correlation id of a request; never the same twice. @default {a counter and 96 random bits} */
  readonly createId?: () => MessageId;
}

/**
 * How a request is made.
 *
 * @example A request that may be sent twice
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { dispatcher, type RequestOptions } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, { read: z.object({ key: z.string() }) });
 * const options: RequestOptions = { timeout: 5_000, resend: true };
 * assertEquals(await messages.request("read", { key: "a" }, options), { key: "a" });
 * ```
 */
export interface RequestOptions {
  /** How long the answer may take, in milliseconds, including the wait for a connection. @default {10_000} */
  readonly timeout?: number;
  /** Abort rejects the request. @default {undefined} */
  readonly signal?: AbortSignal;
  /**
   * Whether the request is sent again, with the same id, when the connection is
   * lost before the answer arrives. Only for requests that may be handled twice.
   *
   * @default {false}
   */
  readonly resend?: boolean;
}

/**
 * How a subscription ends.
 *
 * @example A message that leaves the room again
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { dispatcher, type SubscribeOptions } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, { leave: z.object({ room: z.number() }) });
 * const options: SubscribeOptions = { unsubscribe: { type: "leave", data: { room: 7 } } };
 * const left = new Promise((resolve) => messages.on("leave", resolve));
 * await socket.opened;
 * messages.subscribe("join", { room: 7 }, options)[Symbol.dispose]();
 * assertEquals(await left, { room: 7 });
 * ```
 */
export interface SubscribeOptions {
  /** Sent at the end, if the subscription was sent on the same connection. @default {undefined} */
  readonly unsubscribe?: { readonly type: string; readonly data?: unknown };
  /** Abort ends the subscription. @default {undefined} */
  readonly signal?: AbortSignal;
}

const COUNT: Range = {
  wanted: "a whole number from 1, or Infinity",
  within: (value) =>
    value >= 1 && (Number.isInteger(value) || value === Infinity),
};
const CALLABLE: Fit = { wanted: "a function", holds: isFunction };
const SIGNAL: Fit = {
  wanted: "an AbortSignal",
  holds: (value) => hasMethods(value, "throwIfAborted", "addEventListener"),
};

/** The options of a dispatcher. */
export const DISPATCHER_OPTIONS: Rule = {
  members: {
    codec: {
      wanted: "a codec",
      holds: (value) => hasMethods(value, "encode", "decode"),
    },
    envelope: {
      wanted: "an envelope",
      holds: (value) => hasMethods(value, "wrap", "unwrap"),
    },
    unknown: CALLABLE,
    invalid: CALLABLE,
    waiting: { members: { maxMessages: COUNT, maxBytes: COUNT } },
    maxRequests: COUNT,
    createId: CALLABLE,
  },
};

/** The options of a request. */
export const REQUEST_OPTIONS: Rule = {
  members: {
    reply: {
      wanted: "a string",
      holds: (value) => typeof value === "string",
    },
    timeout: DURATION,
    signal: SIGNAL,
    resend: SWITCH,
  },
};

/** The options of a subscription. */
export const SUBSCRIBE_OPTIONS: Rule = {
  members: {
    unsubscribe: {
      wanted: "a message",
      holds: (value) =>
        typeof value === "object" && value !== null && "type" in value &&
        typeof value.type === "string",
    },
    signal: SIGNAL,
  },
};

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === "object" && value !== null &&
    names.every((name) => isFunction(Reflect.get(value, name)));
}
