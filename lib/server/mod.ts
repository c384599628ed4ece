/**
 * Lossless sessions for servers: each message arrives once and in order, in both
 * directions, across connections and restarts.
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
export { sqliteStore, type SqliteStoreOptions } from "./stores/sqlite/store.ts";
export {
  SessionStoreError,
  type SessionStoreFailure,
} from "./stores/store_error.ts";
export type { SessionKey } from "./admission/tokens.ts";
export type { IncomingRequest } from "./admission/upgrade.ts";
