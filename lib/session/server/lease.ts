/**
 * Whether a connection can be sure that it still has its session.
 *
 * A process may be stopped for seconds, and does not know it; meanwhile another
 * node takes the session by force, `takeoverTimeout` after it has found that a
 * message is claimed. Who holds the session hears of that at once, and begins
 * with nothing more. Who was stopped has not heard of it: so a message begins
 * only within this time after asking for the last step that the store has
 * confirmed. Whoever is later asks again first.
 *
 * What is not seen: a holder that hears no notices, and is stopped for less than
 * this time; and a machine that is suspended as a whole, together with its clock.
 *
 * @module
 */

import type { ServerAttached, ServerContext } from "./state.ts";

/**
 * Whether a handler may begin. A store that needs longer than `takeoverTimeout`
 * is asked twice for each message, not without end: once may be a process that
 * was stopped before it read the answer.
 */
export function mayBegin(
  { confirmedAt, renewal }: Pick<ServerAttached, "confirmedAt" | "renewal">,
  { config, now }: ServerContext,
): boolean {
  return renewal === "twice" ||
    now - confirmedAt < config.takeoverTimeout;
}
