/**
 * # Typed messages over a WebSocket
 *
 * A layer above any WebSocket: `ReconnectingWebSocket`, `WorkerWebSocket`, or the
 * platform's own. It reads messages safely, finds the schema for their type,
 * checks their data with it, and passes the data to handlers. Schemas come from
 * any [Standard Schema](https://standardschema.dev) library (zod, valibot,
 * arktype, ...), and the types of the handlers follow from them.
 *
 * @example A chat
 * ```ts
 * import { dispatcher } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => {
 *     socket.send('{"type":"new_message","from":"ann","text":"hello"}');
 *     socket.send('{"type":"new_message","from":7}');
 *     socket.send('{"type":"weather"}');
 *   };
 *   return response;
 * });
 *
 * // Or `new ReconnectingWebSocket(url)`, and it stays connected.
 * const socket = new WebSocket(`ws://localhost:${server.addr.port}`);
 * const seen: string[] = [];
 * await new Promise<void>((resolve) => {
 *   const messages = dispatcher(socket, {
 *     new_message: z.object({ from: z.string(), text: z.string() }),
 *   }, {
 *     invalid: ({ type, issues }) => seen.push(`${type}: ${issues.length} issues`),
 *     unknown: ({ type }) => resolve(void seen.push(`${type}?`)),
 *   });
 *   messages.on("new_message", ({ from, text }) => seen.push(`${from}: ${text}`));
 * });
 * assertEquals(seen, ["ann: hello", "new_message: 2 issues", "weather?"]);
 *
 * const closed = new Promise((resolve) => socket.onclose = resolve);
 * socket.close();
 * await closed;
 * ```
 *
 * ## What a message looks like
 *
 * By default `{ "type": "new_message", ...data }` in JSON, with an `id` in requests
 * and in their answers. {@linkcode flatEnvelope} takes other names,
 * {@linkcode nestedEnvelope} puts the data into a member of its own, and any other
 * {@linkcode Envelope} is two small functions. A {@linkcode Codec}, such as one for
 * MessagePack, is two functions as well; {@linkcode limitCodec} gives it the checks
 * of {@linkcode jsonCodec}.
 *
 * ## Where a message goes
 *
 * | message | goes to |
 * | --- | --- |
 * | the answer to a request | the caller of `request()` |
 * | a late or second answer | `unknown`, with the kind `"late"` |
 * | known type, valid data | the handlers of `on()`, if there are any |
 * | known type, invalid data | `invalid`, with the issues found |
 * | unknown type | `unknown`, with the kind `"type"` |
 * | no type, not JSON, not UTF-8, too large, too deep, polluting keys | `invalid` |
 *
 * Messages keep their order, also where schemas are asynchronous: later messages
 * wait for a slow schema, up to the bounds of `waiting`.
 *
 * ## When the connection is lost
 *
 * A request that was sent and not answered is rejected with a
 * {@linkcode RequestLostError}, or sent again with `resend: true`. Requests and
 * subscriptions that are made while the socket is not open wait until it opens,
 * behind what `send()` has queued. They do not enter the socket's own queue, which
 * could send them twice. What a lost connection left unsent is taken back, and
 * the socket fires a `drop` event for it with the reason `"aborted"`.
 *
 * @module
 */

export {
  type Codec,
  type DecodeLimits,
  type Frame,
  limitCodec,
} from "./format/codec.ts";
export {
  type Dispatcher,
  dispatcher,
  type MessageHandler,
} from "./dispatcher.ts";
export {
  type Envelope,
  type EnvelopeKeys,
  flatEnvelope,
  type Message,
  type MessageId,
  nestedEnvelope,
} from "./format/envelope.ts";
export {
  DecodeError,
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "./format/errors.ts";
export type { InvalidMessage } from "./message_reader.ts";
export { jsonCodec } from "./format/json_codec.ts";
export type { MessageSocket } from "./message_socket.ts";
export type {
  DispatcherOptions,
  RequestOptions,
  SubscribeOptions,
  UnknownMessage,
  WaitingOptions,
} from "./options.ts";
export type { OutputOf, Schemas, TypeOf } from "./format/schemas.ts";
export type {
  Issue,
  Schema,
  SchemaProps,
  SchemaResult,
} from "./format/standard_schema.ts";
export { SocketError, type SocketErrorInit } from "../client/errors/mod.ts";
