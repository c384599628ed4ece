/**
 * # Sessions for servers
 *
 * No message lost and none repeated, in both directions, across connections and,
 * with a store on a disk, across restarts. `docs/sessions.md` has the options, the
 * close codes and what is not promised; `docs/session-protocol.md` the protocol.
 *
 * @example A server behind `Deno.serve`
 * ```ts
 * import { SessionServer } from "@holdfast/websocket/server";
 *
 * await using sessions = new SessionServer({
 *   key: "at least 32 random bytes of your own",
 *   // Who the client is; `auth` is the token that it sent.
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: {
 *     // One at a time per session. The reply is stored together with the
 *     // acceptance of the message: both or none.
 *     message: (_session, { data, reply }) => reply(`Got ${data}`),
 *   },
 * });
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   (request) => sessions.upgrade(request),
 * );
 * ```
 *
 * @example A server behind npm's `ws`, in Deno or Node
 * ```ts
 * import { SessionServer } from "@holdfast/websocket/server";
 * import { WebSocketServer } from "ws";
 *
 * await using sessions = new SessionServer({
 *   key: "at least 32 random bytes of your own",
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: { message: (_session, { data, reply }) => reply(data) },
 * });
 * const server = new WebSocketServer({
 *   port: 0,
 *   handleProtocols: sessions.selectProtocol,
 * });
 * server.on(
 *   "connection",
 *   (socket, request) => sessions.accept(socket, request),
 * );
 * await new Promise((resolve) => server.close(resolve));
 * ```
 *
 * @example An effect exactly once
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import type { SessionHandler } from "@holdfast/websocket/server";
 *
 * const db = new DatabaseSync(":memory:");
 * db.exec("CREATE TABLE orders (message TEXT PRIMARY KEY, item TEXT)");
 *
 * // `message.id` is the same each time that a message is handled: kept in the
 * // same transaction as the effect, it makes a second time harmless.
 * const handler: SessionHandler = {
 *   message(_session, { id, data, reply }) {
 *     const insert = db.prepare("INSERT OR IGNORE INTO orders VALUES (?, ?)");
 *     reply(insert.run(id, `${data}`).changes === 1 ? "ordered" : "known");
 *   },
 * };
 * ```
 *
 * @module
 */

export { SessionSendError, type SessionSendFailure } from "./api/errors.ts";
export type { SessionMetrics } from "./api/metrics.ts";
export type {
  SessionBuffer,
  SessionLimits,
  SessionLogger,
  SessionServerOptions,
} from "./api/options.ts";
export type { WsSocket } from "./connection/peer.ts";
export type {
  EndedInfo,
  LostInfo,
  OpenedInfo,
  ResumedInfo,
  Session,
  SessionData,
  SessionHandler,
  SessionMessage,
  SessionReference,
} from "./api/session.ts";
export { type DrainOptions, SessionServer } from "./session_server.ts";
export { memoryStore, type MemoryStoreOptions } from "./stores/memory.ts";
export {
  SessionStoreError,
  type SessionStoreFailure,
} from "./stores/store_error.ts";
export type { SessionKey } from "./admission/tokens.ts";
export type { IncomingRequest } from "./admission/upgrade.ts";
export type { Clock } from "../platform/clock.ts";
export type { LostReason, WirePosition } from "../session/wire/handshake.ts";
export type { Era, Lineage, Positions } from "../session/flow/positions.ts";
export type { Payload } from "../session/wire/payload.ts";
export type * from "../session/store/store.ts";
