/**
 * Whether a connection can be sure that it still has its session.
 *
 * A process may be stopped for seconds, and does not know it; meanwhile another
 * node takes the session by force. It does so `takeoverTimeout` after it has found
 * that a message is claimed, at the earliest. So whoever begins with a message
 * within this time after asking for the last step that the store has confirmed
 * is alone with it. Whoever is later asks again first.
 *
 * @module
 */

import type { ServerAttached, ServerContext } from "./state.ts";

/**
 * Whether a handler may begin. A store that needs longer than `takeoverTimeout`
 * is asked again once for each message, not without end.
 */
export function mayBegin(
  { confirmedAt, renewal }: Pick<ServerAttached, "confirmedAt" | "renewal">,
  { config, now }: ServerContext,
): boolean {
  return renewal === "confirmed" ||
    now - confirmedAt < config.takeoverTimeout;
}
