/**
 * The events of a socket, and how they are listened to.
 *
 * @module
 */

import { PlatformCloseEvent } from "../../platform/close_event.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import type {
  CloseCause,
  Direction,
  DropReason,
} from "../../boundary/protocol.ts";
import type { SessionOpening } from "../../boundary/session.ts";
import type { SocketError } from "../errors/mod.ts";
import type { Status } from "./status.ts";

/**
 * Fired each time a connection is ready, after the greeting.
 *
 * @example Resuming after a reconnect
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * socket.addEventListener("open", ({ reconnected }) => {
 *   socket.send(reconnected ? "resume" : "subscribe");
 * });
 * assertEquals(await socket.receive(), "subscribe");
 * socket.reconnect();
 * assertEquals(await socket.receive(), "resume");
 * ```
 */
export class OpenEvent extends Event {
  /** Whether there was a connection before. */
  readonly reconnected: boolean;
  /** The attempt that succeeded, from 1. */
  readonly attempt: number;
  /** How it took the session up; `undefined` without the option `session`. */
  readonly session: SessionOpening | undefined;

  /**
   * Makes an event.
   *
   * @param init What the event carries.
   */
  constructor(
    init: Pick<OpenEvent, "reconnected" | "attempt"> & {
      readonly session?: SessionOpening | undefined;
    },
  ) {
    super("open");
    this.reconnected = init.reconnected;
    this.attempt = init.attempt;
    this.session = init.session;
  }
}

/**
 * Fired when a connection was lost, or an attempt failed, and it will be tried again.
 *
 * @example Telling the user when it is tried again
 * ```ts
 * import { type DisconnectEvent, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.close(4503, "restarting");
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const lost = new Promise<DisconnectEvent>((resolve) => socket.ondisconnect = resolve);
 * await socket.opened;
 * const { reason, delay } = await lost;
 * assertEquals(reason, "restarting");
 * assert(delay < 3_000, "The first delay is uniform in [0, 3 s)");
 * ```
 */
export class DisconnectEvent extends Event implements CloseInfo {
  /** The close code: 1000 to 4999; 1006: no close frame was received. */
  readonly closeCode: number;
  /** The reason that came with it. */
  readonly reason: string;
  /** Whether both sides completed the closing handshake. */
  readonly wasClean: boolean;
  /** The attempt that failed or had led to the connection, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt; `Infinity` while offline, see `Status.retryAt`. */
  readonly delay: number;
  /** Why; `undefined` when it was clean. */
  readonly error: SocketError | undefined;

  /**
   * Makes an event.
   *
   * @param init What the event carries.
   */
  constructor(
    init: CloseInfo & Pick<DisconnectEvent, "attempt" | "delay" | "error">,
  ) {
    super("disconnect");
    this.closeCode = init.closeCode;
    this.reason = init.reason;
    this.wasClean = init.wasClean;
    this.attempt = init.attempt;
    this.delay = init.delay;
    this.error = init.error;
  }
}

/**
 * Fired before each `disconnect` that was not clean, and before an unclean `close`
 * that nobody has asked for.
 *
 * @example Distinguishing a busy server from a lost connection
 * ```ts
 * import {
 *   type FailureEvent,
 *   HandshakeError,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   () => new Response(null, { status: 503 }),
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const { error } = await new Promise<FailureEvent>((resolve) => socket.onerror = resolve);
 * assertInstanceOf(error, HandshakeError);
 * assertEquals([error.status, error.retryable], [503, true]);
 * ```
 */
export class FailureEvent extends Event {
  /** What happened. */
  readonly error: SocketError;

  /**
   * Makes an event.
   *
   * @param error What happened.
   */
  constructor(error: SocketError) {
    super("error");
    this.error = error;
  }
}

/**
 * Fired once, last: the connection has ended for good.
 *
 * @example Distinguishing a refusal from an end that was asked for
 * ```ts
 * import { type EndEvent, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.close(4403, "not for you");
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const end = await new Promise<EndEvent>((resolve) => socket.onclose = resolve);
 * assertEquals([end.code, end.reason, end.why], [4403, "not for you", "fatal"]);
 * ```
 */
export class EndEvent extends PlatformCloseEvent {
  /** Whether it was asked for, is never retried, or no attempt is left. */
  readonly why: CloseCause;

  /**
   * Makes an event.
   *
   * @param info How it ended.
   * @param why Why it ended for good.
   */
  constructor({ closeCode, reason, wasClean }: CloseInfo, why: CloseCause) {
    super("close", { code: closeCode, reason, wasClean });
    this.why = why;
  }
}

/**
 * Fired when a ping was answered.
 *
 * @example Showing the latency
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertMatch } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   heartbeat: { interval: 50 },
 * });
 * const shown = new Promise<string>((resolve) => {
 *   socket.addEventListener("heartbeat", ({ latency }) => resolve(`${latency.toFixed()} ms`));
 * });
 * await socket.opened;
 * assertMatch(await shown, /^\d+ ms$/);
 * ```
 */
export class HeartbeatEvent extends Event {
  /** From the ping to its answer, in milliseconds. */
  readonly latency: number;

  /**
   * Makes an event.
   *
   * @param latency From the ping to its answer, in milliseconds.
   */
  constructor(latency: number) {
    super("heartbeat");
    this.latency = latency;
  }
}

/**
 * Fired when messages left a queue unsent or unread.
 *
 * @example Counting what was replaced by newer messages
 * ```ts
 * import { type DropEvent, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   autoConnect: false,
 *   outbox: { maxMessages: 1, overflow: "drop-oldest" },
 * });
 * const drops: DropEvent[] = [];
 * socket.addEventListener("drop", (event) => drops.push(event));
 * socket.send("old");
 * socket.send("new");
 * socket.reconnect();
 * assertEquals(await socket.receive(), "new");
 * assertEquals(drops.map(({ count, reason }) => [count, reason]), [[1, "overflow"]]);
 * ```
 */
export class DropEvent extends Event {
  /** How many messages; 0 if nobody knows, which only the loss of a session leads to. */
  readonly count: number;
  /** Their size in UTF-8 or binary bytes; 0 for those of which this side has only the numbers. */
  readonly bytes: number;
  /** Which queue they were in. */
  readonly direction: Direction;
  /** Why. */
  readonly reason: DropReason;
  /** The number of the first of them in the session, if they had one. */
  readonly first: number | undefined;
  /** The number of the last of them in the session, if they had one. */
  readonly last: number | undefined;

  /**
   * Makes an event.
   *
   * @param drop What the event carries.
   */
  constructor(
    drop: Pick<DropEvent, "count" | "bytes" | "direction" | "reason"> & {
      readonly first?: number | undefined;
      readonly last?: number | undefined;
    },
  ) {
    super("drop");
    this.count = drop.count;
    this.bytes = drop.bytes;
    this.direction = drop.direction;
    this.reason = drop.reason;
    this.first = drop.first;
    this.last = drop.last;
  }
}

/**
 * Fired when `status` has changed.
 *
 * @example Following a connection
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const kinds: string[] = [];
 * socket.addEventListener("statuschange", ({ status }) => kinds.push(status.kind));
 * await socket.opened;
 * socket.close();
 * await socket.closed;
 * assertEquals(kinds, ["connecting", "open", "closing", "closed"]);
 * ```
 */
export class StatusChangeEvent extends Event {
  /** The new status. */
  readonly status: Status;

  /**
   * Makes an event.
   *
   * @param status The new status.
   */
  constructor(status: Status) {
    super("statuschange");
    this.status = status;
  }
}

/** The events of a {@linkcode ReconnectingWebSocket}, by type. */
export interface ReconnectingWebSocketEventMap {
  /** A connection is ready. */
  open: OpenEvent;
  /** A message arrived, or was pulled. */
  message: MessageEvent;
  /** A connection was lost or an attempt failed, and it will be tried again. */
  disconnect: DisconnectEvent;
  /** What went wrong, before an unclean `disconnect` or `close`. */
  error: FailureEvent;
  /** The end. */
  close: EndEvent;
  /** A ping was answered. */
  heartbeat: HeartbeatEvent;
  /** Messages left a queue unsent or unread. */
  drop: DropEvent;
  /** `status` has changed. */
  statuschange: StatusChangeEvent;
}

/** What is called with an event. */
export type Listener<Target, E> =
  | ((this: Target, event: E) => unknown)
  | { handleEvent(event: E): unknown };

/** A map from types of events to their classes. */
export type EventsOf<Events> = { readonly [K in keyof Events]: Event };

/** An event target that knows the types of its events; `Events` maps them to their classes. */
export interface TypedEventTarget<Events extends EventsOf<Events>>
  extends EventTarget {
  /**
   * Adds a listener.
   *
   * @param type The type of the events.
   * @param listener What is called with each of them.
   * @param options As for any event target.
   */
  addEventListener<K extends keyof Events & string>(
    type: K,
    listener: Listener<this, Events[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * Adds a listener.
   *
   * @param type The type of the events.
   * @param listener What is called with each of them.
   * @param options As for any event target.
   */
  addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void;
  /**
   * Removes a listener.
   *
   * @param type The type of the events.
   * @param listener The listener that was added.
   * @param options As for any event target.
   */
  removeEventListener<K extends keyof Events & string>(
    type: K,
    listener: Listener<this, Events[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /**
   * Removes a listener.
   *
   * @param type The type of the events.
   * @param listener The listener that was added.
   * @param options As for any event target.
   */
  removeEventListener(
    ...args: Parameters<EventTarget["removeEventListener"]>
  ): void;
}
