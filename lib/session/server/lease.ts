/**
 * How long a session lasts without its connection, and whether a connection can
 * be sure that it still has its session.
 *
 * A process may be stopped for seconds and not notice it. Meanwhile another
 * node may take the session by force, `takeoverTimeout` after that node has
 * found a claimed message. A holder that runs is notified of this at once, and
 * begins nothing more. A holder that was stopped does not know it yet. So a
 * message begins only within `takeoverTimeout` after the holder has asked for
 * the last step that the store confirmed. Later, the holder asks the store
 * again first.
 *
 * Two cases stay open: a holder that receives no notices and is stopped for
 * less than this time; and a machine that is suspended as a whole, with its
 * clock.
 *
 * @module
 */

import type { Open } from "../wire/handshake.ts";
import type { ServerAttached, ServerConfig, ServerContext } from "./state.ts";

/**
 * How long a session outlives its connection or its node at least, in
 * milliseconds, whatever its client asked for: leases are prolonged several
 * times in it.
 */
export const LEASE = 30_000;

/** How long a session outlives its connection, in milliseconds. */
export function ttlOf(
  request: Pick<Open, "ttl">,
  config: Pick<ServerConfig, "ttl">,
): number {
  return Math.max(LEASE, Math.min(request.ttl, config.ttl));
}

/**
 * Whether a handler may begin. If the store needs longer than
 * `takeoverTimeout`, the server asks it twice for each message. One late answer
 * may only mean that this process was stopped. After a second one the handler
 * begins all the same: with a slow store no message would ever begin otherwise.
 */
export function mayBegin(
  { confirmedAt, renewal }: Pick<ServerAttached, "confirmedAt" | "renewal">,
  { config, now }: ServerContext,
): boolean {
  return renewal === "twice" ||
    now - confirmedAt < config.takeoverTimeout;
}
