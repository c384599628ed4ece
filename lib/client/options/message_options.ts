/**
 * The options that say what is exchanged besides the messages of the application:
 * the heartbeat and the greeting.
 *
 * @module
 */

import type { Json } from "../../connection/config/pattern.ts";

/** Text, or binary data, which is copied immediately. */
export type MessageBody = string | ArrayBuffer | ArrayBufferView;

/** Names a function of the hooks module. */
export interface HookMarker {
  /** The function of the same name in the hooks module is called. */
  readonly hook: true;
}

/**
 * What a message must be: the same text or bytes, or, for an object, a JSON
 * text that has at least these members.
 */
export type MessagePattern = MessageBody | { readonly [key: string]: Json };

/**
 * How a dead peer is detected.
 *
 * @example A ping that the application answers
 * ```ts
 * import { type HeartbeatOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assert } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = () => socket.send('{"op":"pong","at":1}');
 *   return response;
 * });
 * const heartbeat: HeartbeatOptions = {
 *   interval: 15_000,
 *   message: '{"op":"ping"}',
 *   expect: { op: "pong" },
 * };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   heartbeat,
 * });
 * await socket.opened;
 * assert(await socket.probe() >= 0);
 * ```
 */
export interface HeartbeatOptions {
  /** From one ping to the next, in milliseconds. @default {20_000} */
  readonly interval?: number;
  /**
   * How long an answer may take, in milliseconds. Any inbound frame counts as
   * one. `tcp` and `ws` see each byte that arrives; `native` sees whole messages only,
   * so allow for the time that the largest one takes. A ping waits behind what
   * is being sent, so on a slow network allow for the time of an upload too.
   *
   * @default {10_000}
   */
  readonly timeout?: number;
  /**
   * What to send instead of a ping frame. Without it, transports that have no
   * ping frames (`native`, all browsers) send no ping: only `idleTimeout` finds
   * a dead peer, and the log says so.
   *
   * @default {undefined}
   */
  readonly message?: MessageBody | HookMarker;
  /** What counts as its answer. Any frame shows that the peer is alive. @default {undefined} */
  readonly expect?: MessagePattern | HookMarker;
  /** Whether answers reach the application. @default {false} */
  readonly deliver?: boolean;
  /** The answer to a server's own application ping. @default {undefined} */
  readonly reply?: { readonly to: MessagePattern; readonly with: MessageBody };
}

/**
 * What is exchanged before the `open` event.
 *
 * @example Waiting for the server's welcome
 * ```ts
 * import { type GreetingOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) =>
 *     socket.send(data === "hello" ? '{"type":"welcome","session":7}' : `echo: ${data}`);
 *   return response;
 * });
 * const greeting: GreetingOptions = {
 *   send: "hello",
 *   expect: { type: "welcome" },
 *   reject: { type: "denied" },
 * };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   greeting,
 * });
 * socket.send("after the greeting");
 * assertEquals(await socket.receive(), "echo: after the greeting");
 * ```
 */
export interface GreetingOptions {
  /** The first message. @default {undefined} */
  readonly send?: MessageBody;
  /** The answer that is waited for. @default {undefined} */
  readonly expect?: MessagePattern;
  /** Answers by which the server refuses. @default {[]} */
  readonly reject?: MessagePattern | readonly MessagePattern[];
  /** How long it may take, in milliseconds; `openTimeout` applies as well. @default {Infinity} */
  readonly timeout?: number;
  /** Whether `greeting()` of the hooks module is called instead. @default {false} */
  readonly hook?: boolean;
}
