/**
 * Typed messages over a socket.
 *
 * @module
 */

import { check } from "../client/options/validate.ts";
import { PLATFORM_CLOCK } from "../platform/clock.ts";
import { callSafely } from "./call_safely.ts";
import type { Codec, Frame } from "./format/codec.ts";
import {
  type Envelope,
  flatEnvelope,
  type Message,
  type MessageId,
} from "./format/envelope.ts";
import {
  type InvalidMessage,
  MessageReader,
  mismatched,
} from "./message_reader.ts";
import { jsonCodec } from "./format/json_codec.ts";
import {
  errorOf,
  type MessageSocket,
  sessionKindOf,
} from "./message_socket.ts";
import {
  DISPATCHER_OPTIONS,
  type DispatcherOptions,
  REQUEST_OPTIONS,
  type RequestOptions,
  SUBSCRIBE_OPTIONS,
  type SubscribeOptions,
} from "./options.ts";
import { type Delivery, Resender } from "./resender.ts";
import { idSource, Requests } from "./requests.ts";
import type { OutputOf, Schemas, TypeOf, Verdict } from "./format/schemas.ts";

/**
 * A function that receives the data of each message of a type. The dispatcher
 * does not wait for a promise that it returns.
 *
 * @example A handler on its own
 * ```ts
 * import type { MessageHandler } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const schemas = { price: z.object({ cents: z.number() }) };
 * const show: MessageHandler<typeof schemas, "price"> = ({ cents }) => `${cents / 100} €`;
 * assertEquals(show({ cents: 250 }, { type: "price", data: { cents: 250 } }), "2.5 €");
 * ```
 */
export type MessageHandler<S extends Schemas, T extends TypeOf<S>> = (
  data: OutputOf<S, T>,
  message: Message,
) => unknown;

/**
 * Passes the messages of a socket to handlers, by type, after the schema of the
 * type has checked their data.
 *
 * Handlers run in the order in which messages arrived, even where schemas are
 * asynchronous. No incoming message can make it throw. What a handler throws or
 * rejects with goes to `reportError` and does not stop the others.
 *
 * @example Handlers, a request and a subscription
 * ```ts
 * import { dispatcher } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     const { type, id, topic, a, b } = JSON.parse(data);
 *     if (type === "add") socket.send(JSON.stringify({ type: "sum", id, value: a + b }));
 *     if (type === "subscribe") socket.send(JSON.stringify({ type: "news", topic }));
 *   };
 *   return response;
 * });
 *
 * const socket = new WebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, {
 *   sum: z.object({ value: z.number() }),
 *   news: z.object({ topic: z.string() }),
 * });
 *
 * const news = new Promise<string>((resolve) => {
 *   messages.on("news", ({ topic }) => resolve(topic));
 * });
 * using _topic = messages.subscribe("subscribe", { topic: "tea" });
 * assertEquals(await news, "tea");
 *
 * const { value } = await messages.request("add", { a: 1, b: 2 }, { reply: "sum" });
 * assertEquals(value, 3);
 *
 * const closed = new Promise((resolve) => socket.onclose = resolve);
 * socket.close();
 * await closed;
 * ```
 *
 * @param socket A `ReconnectingWebSocket`, a `WorkerWebSocket` or a `WebSocket`.
 * @param schemas What the data of each type must be.
 * @param options How to read and write.
 * @returns The dispatcher, which reads until it is disposed.
 * @throws {TypeError | RangeError} If an option is wrong.
 */
export function dispatcher<const S extends Schemas>(
  socket: MessageSocket,
  schemas: S,
  options: DispatcherOptions = {},
): Dispatcher<S> {
  check(options, "options", DISPATCHER_OPTIONS);
  return new Dispatcher(socket, schemas, options);
}

type AnyHandler = (data: unknown, message: Message) => unknown;

/**
 * Passes messages to handlers, and sends messages. Made by {@linkcode dispatcher}.
 *
 * @example A function that takes a dispatcher
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { type Dispatcher, dispatcher } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const schemas = { price: z.object({ cents: z.number() }) };
 * function nextPrice(messages: Dispatcher<typeof schemas>): Promise<number> {
 *   return new Promise((resolve) => {
 *     messages.on("price", ({ cents }) => resolve(cents));
 *     messages.send("quote", { item: "tea" });
 *   });
 * }
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = () => socket.send('{"type":"price","cents":250}');
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * using messages = dispatcher(socket, schemas);
 * assertEquals(await nextPrice(messages), 250);
 * ```
 */
export class Dispatcher<S extends Schemas> implements Disposable {
  readonly #socket: MessageSocket;
  readonly #codec: Codec;
  readonly #envelope: Envelope;
  readonly #options: DispatcherOptions;
  readonly #handlers: ReadonlyMap<string, Set<{ readonly call: AnyHandler }>>;
  readonly #subscriptions = new Set<Disposable>();
  readonly #reader: MessageReader;
  readonly #resender: Resender;
  readonly #requests: Requests;
  readonly #listening = new AbortController();
  readonly #createId: () => MessageId;

  /** Use {@linkcode dispatcher}. */
  constructor(socket: MessageSocket, schemas: S, options: DispatcherOptions) {
    const { codec = jsonCodec(), envelope = flatEnvelope() } = options;
    const { maxMessages = 1_000, maxBytes = 2 ** 24 } = options.waiting ?? {};
    this.#socket = socket;
    this.#codec = codec;
    this.#envelope = envelope;
    this.#options = options;
    this.#createId = options.createId ?? idSource();
    this.#handlers = new Map(
      Object.keys(schemas).map((type) => [type, new Set()]),
    );
    const limits = { maxMessages, maxBytes };
    this.#reader = new MessageReader({ codec, envelope, schemas, limits }, {
      validated: (verdict) => this.#route(verdict),
      invalid: (message) => this.#reportInvalid(message),
    });
    this.#resender = new Resender(socket, PLATFORM_CLOCK);
    this.#requests = new Requests(
      this.#resender,
      options.maxRequests ?? 10_000,
    );
    this.#listen();
  }

  /**
   * Adds a handler, which receives the data of each message of a type.
   *
   * @param type The type; it must have a schema.
   * @param handler The handler.
   * @returns Dispose it to remove the handler.
   * @throws {TypeError} If the type has no schema.
   */
  on<T extends TypeOf<S>>(type: T, handler: MessageHandler<S, T>): Disposable {
    const handlers = this.#handlers.get(type);
    if (handlers === undefined) {
      throw new TypeError(
        `Cannot handle messages of type "${type}": no schema`,
      );
    }
    // An object of its own: one function can be added twice and removed once.
    const entry = {
      call: (data: unknown, message: Message) =>
        handler(data as OutputOf<S, T>, message),
    };
    handlers.add(entry);
    return { [Symbol.dispose]: () => void handlers.delete(entry) };
  }

  /**
   * Sends a message with the socket's `send()`. Whether the message waits for a
   * connection depends on the socket.
   *
   * @param type The type.
   * @param data The data.
   * @throws What the envelope, the codec and the socket throw.
   */
  send(type: string, data?: unknown): void {
    this.#socket.send(this.#encode({ type, data }));
  }

  /**
   * Sends a message with a correlation id, and waits for the answer with the
   * same id. While the socket is not open, the request waits for a connection.
   *
   * The answer goes to the caller and not to handlers; an answer that comes too
   * late goes to `unknown`. The answer must be of the type `reply`; by default
   * that is the type of the request.
   *
   * @param type The type of the request.
   * @param data The data.
   * @param options The answer's type, and how long to wait.
   * @returns The answer's data, as its schema made it. Rejects with a
   * `TimeoutError`, the signal's reason, a {@linkcode RequestLostError}, an
   * {@linkcode UnexpectedReplyError}, an {@linkcode InvalidReplyError}, or an
   * `OutboxFullError` over `maxRequests`.
   */
  request<R extends TypeOf<S>>(
    type: string,
    data: unknown,
    options: RequestOptions & { readonly reply: R },
  ): Promise<OutputOf<S, R>>;
  /**
   * Sends a message with a correlation id, and waits for an answer with the same
   * id and of the same type.
   *
   * @param type The type of the request and of the answer.
   * @param data The data.
   * @param options How long to wait.
   * @returns The answer's data, as its schema made it.
   */
  request<T extends TypeOf<S>>(
    type: T,
    data?: unknown,
    options?: RequestOptions,
  ): Promise<OutputOf<S, T>>;
  async request(
    type: string,
    data?: unknown,
    options: RequestOptions & { readonly reply?: string } = {},
  ): Promise<unknown> {
    check(options, "options", REQUEST_OPTIONS);
    const { reply = type, timeout = 10_000, signal, resend } = options;
    if (!this.#handlers.has(reply)) {
      throw new TypeError(`Cannot await a reply of type "${reply}": no schema`);
    }
    const id = this.#createId();
    const frame = this.#encode({ type, data, id });
    const repeat = resend ? "each" : "once";
    const settings = { type, reply, timeout, signal, repeat } as const;
    return await this.#requests.make(id, frame, settings);
  }

  /**
   * Sends a message once on each connection: now if the socket is open, and each
   * time it opens.
   *
   * @param type The type.
   * @param data The data; encoded once.
   * @param options How the subscription ends.
   * @returns Dispose it to end the subscription; the end of the dispatcher ends it too.
   * @throws What the envelope and the codec throw.
   */
  subscribe(
    type: string,
    data?: unknown,
    options: SubscribeOptions = {},
  ): Disposable {
    check(options, "options", SUBSCRIBE_OPTIONS);
    const { unsubscribe, signal } = options;
    const reversal = unsubscribe &&
      this.#encode({ data: undefined, ...unsubscribe });
    const frame = this.#encode({ type, data });
    const delivery: Delivery = { frame, repeat: "each", lost: () => {} };
    const end = () => {
      signal?.removeEventListener("abort", end);
      if (!this.#subscriptions.delete(subscription)) return;
      if (reversal === undefined) this.#resender.withdraw(delivery);
      else this.#resender.revoke(delivery, reversal);
    };
    const subscription: Disposable = { [Symbol.dispose]: end };
    if (signal?.aborted || this.#resender.end) return subscription;
    signal?.addEventListener("abort", end);
    this.#subscriptions.add(subscription);
    this.#resender.add(delivery);
    return subscription;
  }

  /**
   * Ends subscriptions, rejects requests, and stops reading. The socket stays as
   * it is.
   */
  [Symbol.dispose](): void {
    for (const each of [...this.#subscriptions]) each[Symbol.dispose]();
    this.#finish(undefined);
  }

  #listen(): void {
    const { signal } = this.#listening;
    const socket = this.#socket;
    const listen = (type: string, listener: (event: object) => void) =>
      socket.addEventListener(type, listener, { signal });
    listen("open", (event) => this.#onOpen(event));
    // With a session, only its loss loses anything.
    const lose = (event: object) =>
      socket.session ? undefined : this.#resender.lost(errorOf(event));
    listen("disconnect", lose);
    listen("close", (event) => this.#close(errorOf(event)));
    listen("message", (event) => {
      if ("data" in event) this.#reader.receive(event.data);
    });
  }

  #onOpen(event: object): void {
    switch (sessionKindOf(event)) {
      case "resumed":
        return this.#resender.resumed();
      case "lost":
        return this.#resender.renewed();
      default:
        return this.#resender.opened();
    }
  }

  /** The reader goes on: a message that waits for its schema is still delivered. */
  #close(cause: unknown): void {
    this.#resender.finish(cause);
    for (const each of [...this.#subscriptions]) each[Symbol.dispose]();
  }

  #finish(cause: unknown): void {
    this.#listening.abort();
    this.#reader.clear();
    this.#close(cause);
  }

  #encode(message: Message): Frame {
    return this.#codec.encode(this.#envelope.wrap(message));
  }

  #route(verdict: Verdict): void {
    const { message } = verdict;
    const { id } = message;
    const request = id === undefined ? undefined : this.#requests.stateOf(id);
    if (id !== undefined && request === "pending") {
      this.#requests.answer(id, verdict);
    } else if (request === "ended") this.#reportUnknown(message, "late");
    else this.#dispatch(verdict);
  }

  #dispatch(verdict: Verdict): void {
    switch (verdict.kind) {
      case "unknown":
        return this.#reportUnknown(verdict.message, "type");
      case "invalid":
        return this.#reportInvalid(mismatched(verdict));
      case "valid":
        return this.#handle(verdict.message);
    }
  }

  #handle(message: Message): void {
    const { signal } = this.#listening;
    const handlers = this.#handlers.get(message.type);
    for (const one of [...handlers ?? []]) {
      // One before it may have removed it.
      if (!handlers?.has(one) || signal.aborted) continue;
      callSafely(() => one.call(message.data, message));
    }
  }

  #reportUnknown(message: Message, kind: "type" | "late"): void {
    callSafely(() => this.#options.unknown?.({ ...message, kind }));
  }

  #reportInvalid(message: InvalidMessage): void {
    callSafely(() => this.#options.invalid?.(message));
  }
}
