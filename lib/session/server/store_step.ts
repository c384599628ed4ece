/**
 * What a server reports to the store, and when.
 *
 * @module
 */

import type { Payload } from "../wire/payload.ts";
import { aheadUntil, claimOf, withAhead } from "./claim.ts";
import {
  NO_EFFECTS,
  type PendingStep,
  type ServerAttached,
  type ServerContext,
  type ServerStep,
} from "./state.ts";

type Step = ServerStep<ServerAttached>;

const NO_REPLIES: readonly Payload[] = [];

/** One step at a time: what has come together meanwhile goes with the next. */
export function reportToStore(
  state: ServerAttached,
  context: ServerContext,
): Step {
  if (state.step !== undefined) return { state, effects: NO_EFFECTS };
  const { config, now } = context;
  const claim = claimOf(state, context);
  if (!isNews(state, claim)) return wait(state, aheadUntil(state, context));
  const reportAt = Math.min(state.reportAt, now + config.reportDelay);
  return isUrgent(state, claim) || now >= reportAt
    ? askStore(state, withAhead(state, claim, context), context)
    : wait(state, reportAt);
}

function wait(state: ServerAttached, reportAt: number): Step {
  return {
    state: state.reportAt === reportAt ? state : { ...state, reportAt },
    effects: NO_EFFECTS,
  };
}

/** Asks the store for a step. */
export function askStore(
  state: ServerAttached,
  claim: number,
  { now }: ServerContext,
): Step {
  const { handled, counter, replies, lease, ttl, credit } = state;
  const ack = credit.acked;
  const step: PendingStep = { handled, claim, ack, counter, replies };
  const asked = { step, stepAt: now, replies: NO_REPLIES, reportAt: Infinity };
  // A lower claim holds from now on: until the answer comes, nothing may begin
  // that this step gives back.
  const claimed = Math.min(state.claimed, claim);
  return {
    state: { ...state, ...asked, claimed },
    effects: [{ type: "accept", step: { ...step, lease, ttl } }],
  };
}

function isNews(state: ServerAttached, claim: number): boolean {
  return state.departure?.kind !== "ending" &&
    (state.handled > state.accepted || claim !== state.claimed ||
      state.credit.acked > state.trimmed ||
      state.counter > state.reportedCounter);
}

/**
 * A step is urgent if somebody waits for it: a handler for a claim, a client
 * for a reply, another attachment for this one to let go. All else waits a
 * little, so that many small messages cost few steps. Fewer than `pace.size`
 * messages wait, since all of them come again after a crash.
 */
function isUrgent(
  { claimed, replies, departure, handled, accepted, pace }: ServerAttached,
  claim: number,
): boolean {
  return claim > claimed || replies.length > 0 || departure !== undefined ||
    handled - accepted >= pace.size;
}
