/**
 * What every WebSocket interface has: constants, and how messages become events.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { EventsOf, TypedEventTarget } from "./events.ts";

/** What binary messages are delivered as. */
export type BinaryFormat = "arraybuffer" | "blob";

/** There is no connection yet. */
export const CONNECTING = 0;
/** There is a connection. */
export const OPEN = 1;
/** The end was asked for. */
export const CLOSING = 2;
/** The end has come. */
export const CLOSED = 3;

/** The values of `readyState` (WHATWG WebSockets, 3.1). */
export const READY_STATES = { CONNECTING, OPEN, CLOSING, CLOSED } as const;

/** The constants of the class, and of each of its instances. */
export interface ReadyStates {
  /** 0: there is no connection yet, or not at the moment. */
  readonly CONNECTING: 0;
  /** 1: there is a connection. */
  readonly OPEN: 1;
  /** 2: the end was asked for. */
  readonly CLOSING: 2;
  /** 3: the end has come. */
  readonly CLOSED: 3;
}

/** `EventTarget` itself, with the types and constants of what extends it here. */
export const WebSocketTarget: WebSocketTargetConstructor =
  EventTarget as WebSocketTargetConstructor;

/** The constructor of what both classes extend. */
export interface WebSocketTargetConstructor extends ReadyStates {
  /** The prototype. */
  readonly prototype: EventTarget & ReadyStates;
  /** Makes an event target. */
  new <Events extends EventsOf<Events>>():
    & TypedEventTarget<Events>
    & ReadyStates;
}

/** The data of a message, as the application gets it. */
export type MessageData = string | ArrayBuffer | Blob;

/** A value of `readyState`. */
export type ReadyState = 0 | 1 | 2 | 3;

/**
 * Makes a class look as Web IDL has it: constants on the class and its
 * prototype, members that can be enumerated, and a name for `toString()`.
 *
 * @param Class The class.
 * @param name Its name, which a minifier may have changed.
 */
export function defineInterface(
  Class: { readonly prototype: object },
  name: string,
): void {
  const { prototype } = Class;
  for (const [constant, value] of Object.entries(READY_STATES)) {
    Object.defineProperty(Class, constant, { value, enumerable: true });
    Object.defineProperty(prototype, constant, { value, enumerable: true });
  }
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== "constructor") {
      Object.defineProperty(prototype, member, { enumerable: true });
    }
  }
  Object.defineProperty(Class, "name", { value: name });
  Object.defineProperty(prototype, Symbol.toStringTag, {
    value: name,
    configurable: true,
  });
}

/** The data of a message as the application wants it. */
export function toMessageData(data: Data, format: BinaryFormat): MessageData {
  return format === "blob" && typeof data !== "string"
    ? new Blob([data])
    : data;
}
