/**
 * Envelopes: where type, data and correlation id stand in a message.
 *
 * @module
 */

import { isObject } from "../../client/options/validate.ts";

/** A correlation id: an answer has the id of its request. */
export type MessageId = string | number;

/** The parts of a message. */
export interface Message {
  /** The type: it selects the schema and the handlers. */
  readonly type: string;
  /** The data. */
  readonly data: unknown;
  /** The id of a request, in the request and in its answer. */
  readonly id?: MessageId | undefined;
}

/**
 * Says where type, data and correlation id stand in a message.
 *
 * @example Messages as arrays, as in Phoenix and Socket.IO
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
  /** Puts a message together. May throw for data that has no place in it. */
  wrap(message: Message): unknown;
  /** Takes a message apart; `undefined` for a value that is no message. */
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
 * its members stand beside the type. Most servers and discriminated unions use
 * this form.
 *
 * The `id` of a received message stays in the data too, since it may belong to it.
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
 * @example The form of graphql-ws
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
    `Cannot send data with a member "${key}", which the envelope uses itself: ` +
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

/** Reads no inherited members: they are not part of the message. */
function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
