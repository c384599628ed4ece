/**
 * The public options; `table.ts` has their rules and defaults. Durations are in milliseconds;
 * `Infinity` means never or no limit.
 *
 * @module
 */

import type {
  ExponentialBackoff,
  SpreadBackoff,
} from "../../connection/backoff/backoff.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";
import type { Json } from "../../connection/config/pattern.ts";
import type { Logger } from "./logger.ts";
import type { TokenOptions, TokenProvider } from "./token_options.ts";
import type { WorkerHost } from "../workers/worker_host.ts";

export type {
  TokenOptions,
  TokenPlacementOptions,
  TokenProvider,
} from "./token_options.ts";

/** Where to connect: a URL, or a function that is called before each attempt. */
export type UrlSource = string | URL | UrlProvider;

/**
 * Returns the URL to connect to. If it throws or rejects, the attempt fails.
 *
 * @example A ticket of its own for each attempt
 * ```ts
 * import { ReconnectingWebSocket, type UrlProvider } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { search } = new URL(request.url);
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send(search);
 *   return response;
 * });
 * let tickets = 0;
 * const url: UrlProvider = () => `ws://localhost:${server.addr.port}/?ticket=${++tickets}`;
 * await using socket = new ReconnectingWebSocket(url);
 * assertEquals(await socket.receive(), "?ticket=1");
 * ```
 */
export type UrlProvider = () => string | URL | Promise<string | URL>;

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
 * When the next attempt is made, and when the socket gives up.
 *
 * @example Giving up after a while
 * ```ts
 * import {
 *   type BackoffOptions,
 *   ReconnectError,
 *   ReconnectingWebSocket,
 * } from "@holdfast/websocket";
 * import { assertRejects } from "@std/assert";
 *
 * const backoff: BackoffOptions = { first: 10, cap: 10, maxElapsed: 50 };
 * await using socket = new ReconnectingWebSocket("ws://localhost:1", [], { backoff });
 * await assertRejects(() => socket.closed, ReconnectError);
 * ```
 */
export type BackoffOptions =
  & (
    | Omit<SpreadBackoff, "strategy"> & { readonly strategy?: "spread" }
    | ExponentialBackoff
  )
  & {
    /** How many attempts may fail in a row. @default {Infinity} */
    readonly maxAttempts?: number;
    /** For how long attempts may fail in a row, in milliseconds. @default {Infinity} */
    readonly maxElapsed?: number;
  };

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

/**
 * The bounds of what waits to be sent.
 *
 * @example Only the latest position counts
 * ```ts
 * import { type OutboxOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * const outbox: OutboxOptions = { maxMessages: 1, overflow: "drop-oldest", ttl: 60_000 };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   outbox,
 * });
 * for (const position of ["1,1", "2,1", "2,2"]) socket.send(position);
 * assertEquals(await socket.receive(), "2,2");
 * ```
 */
export interface OutboxOptions {
  /** In messages. @default {10_000} */
  readonly maxMessages?: number;
  /** In UTF-8 or binary bytes. @default {16_777_216} */
  readonly maxBytes?: number;
  /** What happens when the bound is reached. @default {"reject"} */
  readonly overflow?: "reject" | "drop-oldest" | "drop-newest";
  /** How long a message may wait, in milliseconds; 0: it goes at once or not at all. @default {Infinity} */
  readonly ttl?: number;
}

/**
 * The bounds of what waits to be read.
 *
 * @example A message too large for the inbox is dropped, the next one is read
 * ```ts
 * import { type InboxOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => ["x".repeat(1_001), "small"].forEach((text) => socket.send(text));
 *   return response;
 * });
 * const inbox: InboxOptions = { maxBytes: 1_000, overflow: "drop-newest" };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   inbox,
 * });
 * assertEquals(await socket.receive(), "small");
 * ```
 */
export interface InboxOptions {
  /** In messages. @default {100_000} */
  readonly maxMessages?: number;
  /** In UTF-8 or binary bytes. @default {67_108_864} */
  readonly maxBytes?: number;
  /** What happens when the bound is reached. @default {"pause"} */
  readonly overflow?: "pause" | "close" | "drop-oldest" | "drop-newest";
}

/**
 * The options of a `ReconnectingWebSocket`.
 *
 * @example Options for a server that closes idle connections after 30 s
 * ```ts
 * import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
 *
 * const options: ReconnectingWebSocketOptions = {
 *   heartbeat: { interval: 10_000, timeout: 5_000 },
 *   backoff: { strategy: "exponential", maxDelay: 30_000, maxAttempts: 20 },
 * };
 * console.log(options);
 * ```
 */
export interface ReconnectingWebSocketOptions {
  /** From the url function to the end of the greeting, in milliseconds. @default {10_000} */
  readonly openTimeout?: number;
  /** How long `close()` may take, in milliseconds. @default {5_000} */
  readonly closeTimeout?: number;
  /** After a connection of this length, in milliseconds, earlier failures are forgotten. @default {5_000} */
  readonly stableAfter?: number;
  /** When attempts are made. @default {{ strategy: "spread", fleet: 10_000 }} */
  readonly backoff?: BackoffOptions;
  /** How a dead peer is detected; `false` turns the detection off. @default {{ interval: 20_000, timeout: 10_000 }} */
  readonly heartbeat?: false | HeartbeatOptions;
  /** How long a probe may take, in milliseconds. @default {3_500} */
  readonly probeTimeout?: number;
  /** After this much silence, in milliseconds, the connection counts as dead; nothing is sent to ask. @default {Infinity} */
  readonly idleTimeout?: number;
  /** Received close codes after which the socket does not reconnect. @default {[1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4406, 4409]} */
  readonly fatalCloseCodes?: readonly number[];
  /** The bounds of what waits to be sent. @default {{ maxMessages: 10_000, maxBytes: 16_777_216, overflow: "reject" }} */
  readonly outbox?: OutboxOptions;
  /** The bounds of what waits to be read. @default {{ maxMessages: 100_000, maxBytes: 67_108_864, overflow: "pause" }} */
  readonly inbox?: InboxOptions;
  /** A larger inbound message, in bytes, closes with 1009. @default {16_777_216} */
  readonly maxMessageSize?: number;
  /** Whether to connect immediately; `false`: `idle` until `reconnect()`. @default {true} */
  readonly autoConnect?: boolean;
  /** The token that authenticates the client. @default {undefined} */
  readonly token?: string | TokenProvider | TokenOptions;
  /** Whether a token may be sent over `ws:`, which is not encrypted. @default {false} */
  readonly allowInsecure?: boolean;
  /** What is exchanged before the `open` event. @default {undefined} */
  readonly greeting?: GreetingOptions;
  /** Headers of the handshake (RFC 6455, 4.1); not in browsers. @default {{}} */
  readonly headers?: Readonly<Record<string, string>>;
  /** What carries the connection: `"auto"` is `tcp` in Deno, native in browsers. @default {"auto"} */
  readonly transport?: TransportChoice;
  /** Authorities and the client's certificate; only with the transport `tcp`. @default {undefined} */
  readonly tls?: TlsOptions;
  /**
   * The URL of an HTTP proxy, `http://user:password@host:port`, or `false` for
   * none; only with the transport `tcp`. Otherwise the environment names it
   * (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), where the permission to
   * read these variables is granted already; this machine is reached without it.
   *
   * @default {undefined}
   */
  readonly proxy?: string | false;
  /** Whether to offer compression (RFC 7692); only with the transport `tcp`. @default {false} */
  readonly compression?: boolean | CompressionOptions;
  /** The URL of a module with hooks, imported in the worker. @default {undefined} */
  readonly hooks?: string | URL;
  /** Where the connection runs: in the worker that all connections share, in a given host, in a worker of its own, or on this thread. @default {"shared"} */
  readonly worker?: WorkerHost | "shared" | "dedicated" | "none";
  /** What takes the log records, from its level at the time of the constructor on. @default {undefined} */
  readonly logger?: Logger;
  /** When it aborts, the socket closes. @default {undefined} */
  readonly signal?: AbortSignal;
}

/**
 * What TLS trusts, and what it shows of the client. All of it is PEM.
 *
 * The check of the server's certificate cannot be switched off. Deno shows a
 * client's certificate only on a direct connection, not through a proxy, and
 * there a small message may wait up to 40 ms for the one before it (Nagle).
 *
 * @example An authority of one's own
 * ```ts
 * import { ReconnectingWebSocket, type TlsOptions } from "@holdfast/websocket";
 * import { assertThrows } from "@std/assert";
 *
 * const tls: TlsOptions = {
 *   caCerts: ["-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n"],
 * };
 * await using socket = new ReconnectingWebSocket("wss://localhost:1", [], {
 *   tls,
 *   autoConnect: false,
 * });
 * assertThrows(
 *   () => new ReconnectingWebSocket("wss://localhost", [], { tls: { caCerts: ["ca.pem"] } }),
 *   TypeError,
 *   "certificates in PEM",
 * );
 * ```
 */
export interface TlsOptions {
  /** Certificates of authorities, trusted besides those of the platform. @default {[]} */
  readonly caCerts?: readonly string[];
  /** The client's certificate, with those that signed it; needs `key`. */
  readonly cert?: string;
  /** The private key of `cert`. */
  readonly key?: string;
}

/**
 * How to compress messages (RFC 7692), if the server agrees.
 *
 * Text of the same form shrinks to a third or less. It costs about 300 KiB of
 * memory for each connection, and time of the worker for each message.
 *
 * @example Less memory at the server
 * ```ts
 * import { type CompressionOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send("hello");
 *   return response;
 * });
 * const compression: CompressionOptions = { serverNoContextTakeover: true };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   compression,
 * });
 * assertEquals(await socket.receive(), "hello");
 * ```
 */
export interface CompressionOptions {
  /** Whether each message of ours is compressed by itself: less memory, longer messages. @default {false} */
  readonly clientNoContextTakeover?: boolean;
  /** Whether to ask the server for the same. @default {false} */
  readonly serverNoContextTakeover?: boolean;
  /** The client's window, as a power of 2: 8 to 15. @default {15} */
  readonly clientMaxWindowBits?: number;
  /** Messages of fewer bytes are sent as they are. @default {256} */
  readonly threshold?: number;
}

/**
 * What the WebSocket interface of the platform has no parameter for.
 *
 * @example A header of the handshake
 * ```ts
 * import { WorkerWebSocket, type WorkerWebSocketOptions } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const client = request.headers.get("x-client") ?? "none";
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send(client);
 *   return response;
 * });
 * const options: WorkerWebSocketOptions = { headers: { "x-client": "kiosk 7" } };
 * const socket = new WorkerWebSocket(`ws://localhost:${server.addr.port}`, [], options);
 * const { data } = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
 * assertEquals(data, "kiosk 7");
 * socket.close();
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export type WorkerWebSocketOptions = Pick<
  ReconnectingWebSocketOptions,
  "headers" | "transport" | "worker"
>;

/** The options that have a default, with it. */
export interface Defaults extends
  Required<
    Omit<
      ReconnectingWebSocketOptions,
      "greeting" | "hooks" | "logger" | "proxy" | "signal" | "tls" | "token"
    >
  > {
  /** The policy that spreads a fleet, without an end. */
  readonly backoff:
    & Required<SpreadBackoff>
    & Required<Pick<BackoffOptions, "maxAttempts" | "maxElapsed">>;
  /** Ping frames. */
  readonly heartbeat: Required<
    Pick<HeartbeatOptions, "interval" | "timeout" | "deliver">
  >;
  /** In messages, bytes and milliseconds. */
  readonly outbox: Required<OutboxOptions>;
  /** In messages and bytes. */
  readonly inbox: Required<InboxOptions>;
}
