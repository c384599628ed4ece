/**
 * How many messages are claimed together.
 *
 * What is claimed may have begun when its holder dies, so it comes again with a
 * flag: a claim should be small. Each claim is a step of the store, so it should
 * be large where messages are handled quickly.
 *
 * @module
 */

import { CREDIT_PART } from "../wire/limits.ts";
import { entryAt } from "../flow/numbered.ts";
import { mayBegin } from "./lease.ts";
import type {
  Incoming,
  Pace,
  ServerAttached,
  ServerConfig,
  ServerContext,
} from "./state.ts";

/** The pace of a connection that has claimed nothing, after this number. */
export function newPace({ maxClaim }: ServerConfig, after: number): Pace {
  return { size: maxClaim, after, at: 0 };
}

/**
 * What may begin after the next step. A batch is claimed when the one before is
 * handled. Who lets go gives back what has not begun.
 */
export function claimOf(state: ServerAttached): number {
  const { departure, handled, claimed, queue, pace } = state;
  if (departure?.kind === "yield") return begunOf(state);
  if (handled < claimed) return claimed;
  return Math.max(claimed, Math.min(queue.last, handled + pace.size));
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
 * The message that the machine will ask to be handled after this one, which is
 * running. Who has handled that at once may begin with it before a word, while
 * the lease is sure.
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
 * The pace after the last message of a claim was handled: a full claim that took
 * less time than the store may be left without news lets the next one double.
 */
export function paceAfter(
  { pace, claimed }: Pick<ServerAttached, "pace" | "claimed">,
  { config, now }: ServerContext,
): Pace {
  const { maxClaim, maxQuickClaim, capacity, tellDelay } = config;
  if (now - pace.at >= tellDelay) return { ...pace, size: maxClaim };
  if (claimed - pace.after < pace.size) return pace;
  // Credit for the next messages is given while these are handled.
  const most = Math.min(maxQuickClaim, capacity.messages / CREDIT_PART);
  return { ...pace, size: Math.max(maxClaim, Math.min(pace.size * 2, most)) };
}
