/**
 * The server of lossless sessions.
 *
 * @module
 */

import { upgradeWebSocket } from "../platform/upgrade_web_socket.ts";
import { SUBPROTOCOL } from "../session/wire/limits.ts";
import { SESSION_CLOSE } from "../session/wire/violation.ts";
import { SessionConnection } from "./connection/connection.ts";
import { LocalNode } from "./local_node.ts";
import type { SessionMetrics } from "./api/metrics.ts";
import { count, type SessionServerOptions } from "./api/options.ts";
import {
  denoPeer,
  type Peer,
  type PeerListener,
  wsPeer,
  type WsSocket,
} from "./connection/peer.ts";
import type { Session, SessionReference } from "./api/session.ts";
import { PlainClient } from "./connection/plain_client.ts";
import {
  copyOf,
  type IncomingRequest,
  isOriginAllowed,
  offeredBy,
  refusalOf,
  requestOf,
  select,
} from "./admission/upgrade.ts";

/** How a server sends its clients elsewhere. Durations are milliseconds. */
export interface DrainOptions {
  /**
   * How long clients wait before they go.
   *
   * @default {0}
   */
  readonly after?: number;
  /**
   * Each client waits for a random part of this in addition.
   *
   * @default {10_000}
   */
  readonly spread?: number;
  /**
   * Connections that are left after this time are closed with 4503.
   *
   * @default {after + spread + 5_000}
   */
  readonly timeout?: number;
}

/** A client that has come. */
interface Arrival {
  readonly request: Request;
  readonly client?: Session["client"];
  readonly connect: (listener: PeerListener) => Peer;
  readonly onClosed?: () => void;
}

/** How often leases are prolonged and what is over is ended. */
const MAINTENANCE = 10_000;

/**
 * Accepts clients with sessions: each message arrives once and in order, in both
 * directions, across any number of connections.
 *
 * @example Answers that are neither lost nor repeated
 * ```ts
 * import { SessionServer } from "@holdfast/websocket/server";
 *
 * await using sessions = new SessionServer({
 *   key: "at least 32 random bytes of your own",
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: {
 *     message: (_session, message) => message.reply(`Got ${message.data}`),
 *   },
 * });
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   (request) => sessions.upgrade(request),
 * );
 * ```
 */
export class SessionServer implements AsyncDisposable {
  readonly #node: LocalNode;
  readonly #connections = new Set<SessionConnection>();
  readonly #stopTimers: readonly (() => void)[];
  readonly #whenEmpty = new Set<() => void>();
  #status: "open" | "draining" | "closed" = "open";
  #closing: Promise<void> | undefined;

  /**
   * Makes a server. It needs no port: connections come by `upgrade()` or
   * `accept()`.
   *
   * @throws {RangeError} If a number is out of range or a key is too short.
   */
  constructor(options: SessionServerOptions) {
    this.#node = new LocalNode(options);
    const { clock, pingInterval } = this.#node.settings;
    this.#stopTimers = [
      clock.every(pingInterval, () => this.#checkPeers()),
      clock.every(MAINTENANCE, () => this.#maintain()),
    ];
  }

  /**
   * Answers a request to `Deno.serve`: 101 for a client with the subprotocol,
   * 426 for no WebSocket, 403 for another origin, 400 without the subprotocol
   * unless `required` is `false`, 503 while the server drains.
   */
  upgrade(request: Request): Response {
    const refusal = this.#status === "open"
      ? refusalOf(request, this.#node.settings.admission)
      : { status: 503, text: "This server drains" };
    if (refusal !== undefined) {
      const { status, text, headers = {} } = refusal;
      return new Response(text, { status, headers });
    }
    const copy = copyOf(request);
    const { admission, pingInterval } = this.#node.settings;
    const protocol = select(offeredBy(request.headers), admission);
    // Where the protocol of sessions has pings, Deno needs none.
    const isSession = protocol === SUBPROTOCOL;
    const idleTimeout = isSession ? 0 : Math.ceil(2 * pingInterval / 1_000);
    const upgrade = { protocol, idleTimeout };
    const { socket, response } = upgradeWebSocket(request, upgrade);
    const connect = (listener: PeerListener) => denoPeer(socket, listener);
    this.#take(protocol, { request: copy, connect });
    return response;
  }

  /** For the option `handleProtocols` of `ws`. */
  readonly selectProtocol = (
    protocols: ReadonlySet<string>,
  ): string | false =>
    select(protocols, this.#node.settings.admission) || false;

  /** Takes a connection of a server of `ws`, of its event `connection`. */
  accept(socket: WsSocket, request: IncomingRequest): void {
    const copy = requestOf(request);
    const refusal = this.#refusalOfAccept(socket, copy);
    if (refusal === undefined) {
      const connect = (listener: PeerListener) => wsPeer(socket, listener);
      return this.#take(socket.protocol, { request: copy, connect });
    }
    const [closeCode, reason] = refusal;
    this.#node.counters.addClose(closeCode);
    // Without a listener an error would end the process.
    socket.on("error", () => {});
    socket.close(closeCode, reason);
  }

  /** A session by its id, connected to any node or to none. */
  session(id: string): SessionReference {
    return this.#node.session(id);
  }

  /** The counters of this moment. */
  metrics(): SessionMetrics {
    const { counters, registry } = this.#node;
    const connections = this.#connections.size;
    const { size: sessions, detached } = registry;
    return { ...counters.read(), connections, sessions, detached };
  }

  /**
   * Asks all clients to resume elsewhere, spread over time so that they do not
   * come at once, and takes no new ones. Resolves when all are gone and the
   * store knows it.
   *
   * @throws {RangeError} If an option is no whole number from 0 on; nothing has
   * begun then.
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    const after = count("after", options.after, 0, 0);
    const spread = count("spread", options.spread, 10_000, 0);
    const longest = after + spread + 5_000;
    const timeout = count("timeout", options.timeout, longest, 0);
    if (this.#status === "open") this.#status = "draining";
    for (const connection of this.#connections) {
      connection.notify({ type: "move", after, spread });
    }
    await this.#emptied(timeout);
    await this.#closeConnections();
  }

  /** Closes all connections with 4503, and the store if it is the server's own. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#status = "closed";
    for (const stop of this.#stopTimers) stop();
    await this.#closeConnections();
    await this.#node[Symbol.asyncDispose]();
  }

  #refusalOfAccept(
    { protocol }: WsSocket,
    { headers }: Request,
  ): readonly [closeCode: number, reason: string] | undefined {
    if (this.#status !== "open") {
      return [SESSION_CLOSE.unavailable, "This server drains"];
    }
    const { origins, required } = this.#node.settings.admission;
    if (!isOriginAllowed(headers, origins)) {
      return [SESSION_CLOSE.principal, "This origin is not allowed"];
    }
    return protocol === SUBPROTOCOL || !required
      ? undefined
      : [SESSION_CLOSE.protocol, `The subprotocol must be ${SUBPROTOCOL}`];
  }

  #take(protocol: string, parts: Arrival): void {
    if (protocol === SUBPROTOCOL) return this.#connect(parts);
    const { config, bounds, clock } = this.#node.settings;
    const { counters } = this.#node;
    let plain: PlainClient | undefined;
    this.#connect({
      request: parts.request,
      client: "plain",
      connect: (listener) =>
        plain = new PlainClient(listener, {
          ...{ protocol, bounds, counters, clock, connect: parts.connect },
          maxMessage: config.maxMessage,
        }),
      onClosed: () => this.#endPlain(plain?.leftover),
    });
  }

  /** Nobody resumes it. */
  #endPlain(session: string | undefined): void {
    if (session === undefined) return;
    const condition = { kind: "always", why: "ended" } as const;
    this.#node.track(this.#node.end(session, condition, 0));
  }

  #connect(parts: Arrival): void {
    const connection: SessionConnection = new SessionConnection(this.#node, {
      ...parts,
      onClosed: () => {
        this.#connections.delete(connection);
        parts.onClosed?.();
        this.#node.enforceLimits();
        if (this.#connections.size > 0) return;
        for (const resolve of this.#whenEmpty) resolve();
      },
    });
    this.#connections.add(connection);
  }

  #checkPeers(): void {
    for (const connection of [...this.#connections]) connection.checkPeer();
  }

  #maintain(): void {
    const leases = [...this.#connections].flatMap(({ lease }) => lease ?? []);
    this.#node.maintain(leases);
  }

  /** Handlers may finish within the time of a takeover; then they are given up. */
  async #closeConnections(): Promise<void> {
    for (const connection of [...this.#connections]) {
      connection.close(SESSION_CLOSE.unavailable, "This server closes");
    }
    await this.#emptied(this.#node.settings.config.takeoverTimeout);
    for (const connection of [...this.#connections]) connection.abandon();
    this.#node.stopSweeps();
    await this.#node.settled();
  }

  async #emptied(timeout: number): Promise<void> {
    if (this.#connections.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#node.settings.clock.after(timeout, resolve);
    this.#whenEmpty.add(resolve);
    await promise;
    this.#whenEmpty.delete(resolve);
    cancel();
  }
}
