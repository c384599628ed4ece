/**
 * # Sessions in a SQLite file
 *
 * A store for `@holdfast/websocket/server`, on `node:sqlite`: Deno from 2.2 and
 * Node from 22.13 have it. It is an entry point of its own, so that nobody else
 * loads SQLite.
 *
 * @example Sessions that survive a restart of the server
 * ```ts
 * import { SessionServer } from "@holdfast/websocket/server";
 * import { sqliteStore } from "@holdfast/websocket/server/sqlite";
 *
 * // ":memory:" for this example; a path in yours.
 * await using store = sqliteStore(":memory:");
 * await using sessions = new SessionServer({
 *   key: "at least 32 random bytes of your own",
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: { message: (_session, { data, reply }) => reply(data) },
 *   store,
 * });
 * ```
 *
 * @module
 */

export { sqliteStore, type SqliteStoreOptions } from "./store.ts";
export type { Clock } from "../../../platform/clock.ts";
export type {
  LostReason,
  WirePosition,
} from "../../../session/wire/handshake.ts";
export type { Payload } from "../../../session/wire/payload.ts";
export type {
  Era,
  Lineage,
  Positions,
} from "../../../session/flow/positions.ts";
export type * from "../../../session/store/store.ts";
