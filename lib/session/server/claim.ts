/**
 * How many messages are claimed together.
 *
 * What is claimed may have begun when its holder dies, so it comes again with a
 * flag: a claim should be small. Each claim is a step of the store, so it should
 * be large where messages are handled quickly, and go with an acceptance where
 * the next message comes soon.
 *
 * @module
 */

import { CREDIT_PART } from "../wire/limits.ts";
import { entryAt } from "../flow/numbered.ts";
import { mayBegin } from "./lease.ts";
import type { Incoming, Pace, ServerAttached, ServerContext } from "./state.ts";

/** The pace of a connection that has claimed nothing, after this number. */
export function newPace(
  { config: { maxClaim }, now }: ServerContext,
  after: number,
): Pace {
  return { size: maxClaim, after, at: now, gap: Infinity };
}

/** The pace after the store has noted a claim that is higher than before. */
export function paceOfClaim(
  { pace, claimed }: Pick<ServerAttached, "pace" | "claimed">,
  now: number,
): Pace {
  return { ...pace, after: claimed, at: now, gap: now - pace.at };
}

/**
 * The last message that may begin after the next step. A batch is claimed when
 * the one before is handled. A connection that yields, or whose session ends,
 * gives back what has not begun.
 */
export function claimOf(
  state: ServerAttached,
  context: Pick<ServerContext, "config" | "now">,
): number {
  const { departure, handled, claimed, queue, pace } = state;
  if (departure?.kind === "yield" || departure?.kind === "failed") {
    return begunOf(state);
  }
  if (handled >= claimed) {
    return Math.max(claimed, Math.min(queue.last, handled + pace.size));
  }
  if (!isAhead(state)) return claimed;
  const isKept = departure === undefined &&
    context.now < aheadUntil(state, context);
  return isKept ? claimed : begunOf(state);
}

/** When the claim of a message that has not come is given back; or `Infinity`. */
export function aheadUntil(
  state: ServerAttached,
  { config }: Pick<ServerContext, "config">,
): number {
  return isAhead(state) ? state.pace.at + config.claimAhead : Infinity;
}

function isAhead({ handled, claimed, queue }: ServerAttached): boolean {
  return handled === queue.last && claimed > handled;
}

/** The pace when a message comes: one that is claimed already may begin now. */
export function paceOfArrival(state: ServerAttached, now: number): Pace {
  return isAhead(state) ? { ...state.pace, at: now } : state.pace;
}

/**
 * A claim that goes with an acceptance takes the next message along, which then
 * waits for one step instead of two. Only where messages follow each other
 * closely: else it would be given back each time.
 */
export function withAhead(
  { handled, accepted, departure, pace }: ServerAttached,
  claim: number,
  { config }: Pick<ServerContext, "config">,
): number {
  const isClose = departure === undefined && handled > accepted &&
    pace.gap < config.claimAhead;
  return isClose ? Math.max(claim, handled + 1) : claim;
}

/** The last message that a handler has begun with, also if that failed. */
export function begunOf(
  { running, handled, failures }: Pick<
    ServerAttached,
    "running" | "handled" | "failures"
  >,
): number {
  if (running > 0) return running;
  return failures > 0 ? handled + 1 : handled;
}

/**
 * The message after the running one (`seq`), if the machine will surely ask for
 * it next. If the handler returns at once, the caller may begin with it without
 * asking the machine, while the lease is sure.
 */
export function following(
  state: ServerAttached,
  seq: number,
  context: ServerContext,
): Incoming | undefined {
  const { claimed, uncertain, departure, queue, confirmedAt } = state;
  const next = seq + 1;
  const isSure = next <= claimed && next > uncertain &&
    departure === undefined &&
    mayBegin({ confirmedAt, renewal: "none" }, context);
  return isSure ? entryAt(queue, next) : undefined;
}

/**
 * The pace after the last message of a claim was handled. If the claim was full
 * and took less than `reportDelay`, the next one may be twice as large.
 */
export function paceAfter(
  { pace, claimed }: Pick<ServerAttached, "pace" | "claimed">,
  { config, now }: ServerContext,
): Pace {
  const { maxClaim, maxQuickClaim, capacity, reportDelay } = config;
  if (now - pace.at >= reportDelay) return { ...pace, size: maxClaim };
  if (claimed - pace.after < pace.size) return pace;
  // Credit for the next messages is given while these are handled.
  const part = Math.floor(capacity.messages / CREDIT_PART);
  const most = Math.min(maxQuickClaim, part);
  return { ...pace, size: Math.max(maxClaim, Math.min(pace.size * 2, most)) };
}
