/**
 * Where type, data and correlation id stand in a message.
 *
 * @module
 */

import { isObject } from "../client/options/validate.ts";

/** What says which answer belongs to which request. */
export type MessageId = string | number;

/** What all messages are made of. */
export interface Message {
  /** What kind of message it is. */
  readonly type: string;
  /** What it says. */
  readonly data: unknown;
  /** Which request it is, or which one it answers. */
  readonly id?: MessageId | undefined;
}

/**
 * Where type, data and correlation id stand in a message.
 *
 * @example Speaking in arrays, as Phoenix and Socket.IO do
 * ```ts
 * import { type Envelope } from "@holdfast/websocket/messages";
 *
 * const envelope: Envelope = {
 *   wrap: ({ type, data, id = null }) => [id, type, data],
 *   unwrap(value) {
 *     if (!Array.isArray(value) || typeof value[1] !== "string") return undefined;
 *     return { id: value[0] ?? undefined, type: value[1], data: value[2] };
 *   },
 * };
 * ```
 */
export interface Envelope {
  /** Puts a message together. May throw for data that does not fit. */
  wrap(message: Message): unknown;
  /** Takes a message apart, or tells by `undefined` that it is none. */
  unwrap(value: unknown): Message | undefined;
}

/**
 * The names of the members of an envelope.
 *
 * @example A server's own names
 * ```ts
 * import { type EnvelopeKeys, flatEnvelope } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 *
 * const keys: EnvelopeKeys = { type: "event", id: "ref" };
 * const message = flatEnvelope(keys).wrap({ type: "join", data: { room: 1 }, id: "7" });
 * assertEquals(message, { event: "join", room: 1, ref: "7" });
 * ```
 */
export interface EnvelopeKeys {
  /** Where the type stands. @default {"type"} */
  readonly type?: string;
  /** Where the correlation id stands. @default {"id"} */
  readonly id?: string;
}

/**
 * Makes the default envelope, `{ type, ...data }`: data must be an object, and
 * its members stand beside the type. This is how most servers and discriminated
 * unions have it.
 *
 * An `id` that comes in stays in the data too, since it may be a member of its own.
 *
 * @example Another name for the type
 * ```ts
 * import { flatEnvelope } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 *
 * const { wrap, unwrap } = flatEnvelope({ type: "event" });
 * assertEquals(wrap({ type: "say", data: { text: "hi" } }), { text: "hi", event: "say" });
 * assertEquals(unwrap({ event: "say", text: "hi" })?.data, { text: "hi" });
 * ```
 *
 * @param keys The names of the members.
 * @returns The envelope.
 */
export function flatEnvelope(keys: EnvelopeKeys = {}): Envelope {
  const { type: typeKey = "type", id: idKey = "id" } = keys;
  return {
    wrap({ type, data = {}, id }) {
      const members = membersOf(data);
      refuse(members, typeKey);
      if (id === undefined) return { ...members, [typeKey]: type };
      refuse(members, idKey);
      return { ...members, [typeKey]: type, [idKey]: id };
    },
    unwrap(value) {
      if (!isObject(value)) return undefined;
      const { [typeKey]: _, ...data } = value;
      return messageOf(own(value, typeKey), data, own(value, idKey));
    },
  };
}

/**
 * Makes an envelope `{ type, data }`: data is anything, in a member of its own.
 *
 * @example As graphql-ws has it
 * ```ts
 * import { nestedEnvelope } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 *
 * const { wrap } = nestedEnvelope({ data: "payload" });
 * assertEquals(wrap({ type: "ping", data: [1], id: "7" }), {
 *   type: "ping",
 *   payload: [1],
 *   id: "7",
 * });
 * ```
 *
 * @param keys The names of the members.
 * @returns The envelope.
 */
export function nestedEnvelope(
  keys: EnvelopeKeys & {
    /** Where the data stands. @default {"data"} */
    readonly data?: string;
  } = {},
): Envelope {
  const { type: typeKey = "type", data: dataKey = "data", id: idKey = "id" } =
    keys;
  return {
    wrap: ({ type, data, id }) => ({
      [typeKey]: type,
      ...(data === undefined ? {} : { [dataKey]: data }),
      ...(id === undefined ? {} : { [idKey]: id }),
    }),
    unwrap(value) {
      if (!isObject(value)) return undefined;
      return messageOf(
        own(value, typeKey),
        own(value, dataKey),
        own(value, idKey),
      );
    },
  };
}

function membersOf(data: unknown): Readonly<Record<string, unknown>> {
  if (isObject(data)) return data;
  throw new TypeError(
    "Cannot put data that is not an object beside its type: use nestedEnvelope()",
  );
}

function refuse(members: object, key: string): void {
  if (!Object.hasOwn(members, key)) return;
  throw new TypeError(
    `Cannot send data with a member "${key}", which is the envelope's: ` +
      "rename one of them, or use nestedEnvelope()",
  );
}

function messageOf(
  type: unknown,
  data: unknown,
  id: unknown,
): Message | undefined {
  if (typeof type !== "string") return undefined;
  if (typeof id !== "string" && typeof id !== "number") return { type, data };
  return { type, data, id };
}

/** A message must not say anything by what objects inherit. */
function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
