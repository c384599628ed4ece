/**
 * The public options; `table.ts` has their rules and defaults. The members of a
 * group are in the file of the group (`message_options.ts`, `network_options.ts`,
 * `queue_options.ts`, `session_options.ts`, `token_options.ts`). Durations are in milliseconds;
 * `Infinity` means never or no limit.
 *
 * @module
 */

import type {
  ExponentialBackoff,
  SpreadBackoff,
} from "../../connection/backoff/backoff.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";
import type { Logger } from "./logger.ts";
import type { GreetingOptions, HeartbeatOptions } from "./message_options.ts";
import type { CompressionOptions, TlsOptions } from "./network_options.ts";
import type { InboxOptions, OutboxOptions } from "./queue_options.ts";
import type { SessionOptions } from "./session_options.ts";
import type { TokenOptions, TokenProvider } from "./token_options.ts";
import type { WorkerHost } from "../workers/worker_host.ts";

export type {
  GreetingOptions,
  HeartbeatOptions,
  HookMarker,
  MessageBody,
  MessagePattern,
} from "./message_options.ts";
export type { CompressionOptions, TlsOptions } from "./network_options.ts";
export type { InboxOptions, OutboxOptions } from "./queue_options.ts";
export type { SessionOptions } from "./session_options.ts";
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
    /** How many attempts may fail in a row; a worker that does not start is one. @default {Infinity} */
    readonly maxAttempts?: number;
    /** For how long attempts may fail in a row, in milliseconds. @default {Infinity} */
    readonly maxElapsed?: number;
  };

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
  /**
   * How long `close()` waits for what is queued, and then once more for the
   * server's close frame, in milliseconds.
   *
   * @default {5_000}
   */
  readonly closeTimeout?: number;
  /** After a connection of this length, in milliseconds, earlier failures are forgotten. @default {5_000} */
  readonly stableAfter?: number;
  /** When attempts are made. @default {{ strategy: "spread", fleet: 10_000 }} */
  readonly backoff?: BackoffOptions;
  /** How a dead peer is detected; `false` turns the detection off. @default {{ interval: 20_000, timeout: 10_000 }} */
  readonly heartbeat?: false | HeartbeatOptions;
  /** How long a probe may take, in milliseconds. @default {3_500} */
  readonly probeTimeout?: number;
  /** After this much silence, in milliseconds, the connection counts as dead; no ping is sent. @default {Infinity} */
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
  /** Keeps a session with the server, so that no message is lost without a report; `true`: with the defaults. @default {false} */
  readonly session?: boolean | SessionOptions;
  /** Whether a token may be sent over `ws:`, which is not encrypted. @default {false} */
  readonly allowInsecure?: boolean;
  /** What is exchanged before the `open` event. @default {undefined} */
  readonly greeting?: GreetingOptions;
  /** Headers of the handshake (RFC 6455, 4.1); not in browsers. @default {{}} */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What carries the connection: `"auto"` is `tcp` in Deno, `ws` in Node and Bun,
   * native in browsers.
   *
   * @example Deno's own WebSocket
   * ```ts
   * import { ReconnectingWebSocket } from "@holdfast/websocket";
   * import { assertMatch } from "@std/assert";
   *
   * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
   *   const client = request.headers.get("user-agent") ?? "none";
   *   const { socket, response } = Deno.upgradeWebSocket(request);
   *   socket.onopen = () => socket.send(client);
   *   return response;
   * });
   * const url = `ws://localhost:${server.addr.port}`;
   * await using socket = new ReconnectingWebSocket(url, [], { transport: "native" });
   * assertMatch(`${await socket.receive()}`, /^Deno/);
   * ```
   *
   * @default {"auto"}
   */
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
  /**
   * The URL of a module with hooks, imported in the worker. One that cannot be
   * downloaded now is downloaded again with each attempt. One that can never work
   * ends the socket: it cannot be parsed, is not there, or lacks a function that
   * another option names. Deno downloads again what the URL leads to, but not what
   * that module imports.
   *
   * @default {undefined}
   */
  readonly hooks?: string | URL;
  /** Where the connection runs: in the worker that all connections share, in a given host, in a worker of its own, in one for all tabs of the origin, or on this thread. @default {"shared"} */
  readonly worker?: WorkerHost | "shared" | "dedicated" | "tabs" | "none";
  /** What takes the log records, from its level at the time of the constructor on. @default {undefined} */
  readonly logger?: Logger;
  /** When it aborts, the socket closes. @default {undefined} */
  readonly signal?: AbortSignal;
}

/**
 * Options that the platform's WebSocket interface lacks.
 *
 * TLS, proxies and compression are missing, since no page could use them.
 * In Deno the environment's proxy and `DENO_CERT` apply; for more, take a
 * `ReconnectingWebSocket`.
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
