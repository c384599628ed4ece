/**
 * The events of a socket, their listeners and their handler attributes.
 *
 * @module
 */

import type { CloseInfo } from "../connection/close.ts";
import type { CloseCause, Direction, DropReason } from "../protocol.ts";
import type { SocketError } from "./errors.ts";
import type { Status } from "./status.ts";

/** Fired each time a connection is ready, after the greeting. */
export class OpenEvent extends Event {
  /** Whether there was a connection before. */
  readonly reconnected: boolean;
  /** The attempt that succeeded, from 1. */
  readonly attempt: number;

  /**
   * Makes an event.
   *
   * @param init What the event carries.
   */
  constructor(init: Pick<OpenEvent, "reconnected" | "attempt">) {
    super("open");
    this.reconnected = init.reconnected;
    this.attempt = init.attempt;
  }
}

/** Fired when a connection was lost, or an attempt failed, and it will be tried again. */
export class DisconnectEvent extends Event implements CloseInfo {
  /** The close code: 1000 to 4999; 1006: no close frame was received. */
  readonly closeCode: number;
  /** The reason that came with it. */
  readonly reason: string;
  /** Whether both sides completed the closing handshake. */
  readonly wasClean: boolean;
  /** The attempt that failed or had led to the connection, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt; `Infinity` while offline. */
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

/** Fired before each `disconnect` that was not clean, and before an unclean `close`. */
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

/** Fired once, last: the connection has ended for good. */
export class EndEvent extends CloseEvent {
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

/** Fired when a ping was answered. */
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

/** Fired when messages left a queue unsent or unread. */
export class DropEvent extends Event {
  /** How many messages. */
  readonly count: number;
  /** Their size in UTF-8 or binary bytes. */
  readonly bytes: number;
  /** Which queue they were in. */
  readonly direction: Direction;
  /** Why. */
  readonly reason: DropReason;

  /**
   * Makes an event.
   *
   * @param drop What the event carries.
   */
  constructor(
    drop: Pick<DropEvent, "count" | "bytes" | "direction" | "reason">,
  ) {
    super("drop");
    this.count = drop.count;
    this.bytes = drop.bytes;
    this.direction = drop.direction;
    this.reason = drop.reason;
  }
}

/** Fired when `status` has changed. */
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

/** The value of a handler attribute. */
export type Handler<Target, E> = ((this: Target, event: E) => unknown) | null;

/** A listener that stands for the value of an attribute. */
class Attribute {
  value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  handleEvent(event: Event): void {
    if (typeof this.value === "function") {
      this.value.call(event.currentTarget, event);
    }
  }
}

type Attributes = Partial<Record<string, Attribute>>;

const attributes = new WeakMap<EventTarget, Attributes>();

/**
 * Defines `on<type>` attributes (HTML, 8.1.8.1): one that is set takes its
 * place among the listeners and keeps it while the value changes; `null` gives
 * it up; an object that cannot be called is kept and does nothing.
 *
 * @param prototype The prototype of a class of event targets.
 * @param types The types of the events.
 */
export function defineHandlers(
  prototype: EventTarget,
  types: readonly string[],
): void {
  for (const type of types) {
    Object.defineProperty(prototype, `on${type}`, {
      enumerable: true,
      configurable: true,
      get(this: EventTarget) {
        return attributes.get(this)?.[type]?.value ?? null;
      },
      set(this: EventTarget, value: unknown) {
        setHandler(this, type, value);
      },
    });
  }
}

function setHandler(target: EventTarget, type: string, value: unknown): void {
  const own = attributes.get(target) ?? {};
  attributes.set(target, own);
  const attribute = own[type];
  if (
    typeof value !== "function" && (typeof value !== "object" || value === null)
  ) {
    if (attribute !== undefined) target.removeEventListener(type, attribute);
    own[type] = undefined;
  } else if (attribute === undefined) {
    const added = new Attribute(value);
    own[type] = added;
    target.addEventListener(type, added);
  } else attribute.value = value;
}
