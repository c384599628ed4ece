/**
 * The server's part of the first exchange, once the application and the store
 * have answered: makes the answer to the client.
 *
 * @module
 */

import { startCredit } from "../flow/credit.ts";
import type { Lost, NewSession, WireWindow } from "../wire/handshake.ts";
import { emptyAfter } from "../flow/numbered.ts";
import { generationAt, startLineage } from "../flow/positions.ts";
import { startReceiving } from "../flow/receiving.ts";
import { newPace } from "./claim.ts";
import { askLater, attachFor, openFor, openInstead } from "./handshake.ts";
import { ttlOf } from "./lease.ts";
import type {
  ServerAttached,
  ServerAttaching,
  ServerContext,
  ServerEffect,
  ServerEvent,
  ServerOpening,
  ServerState,
  ServerStep,
} from "./state.ts";
import { closed, control, work } from "./work.ts";
import { skipGap } from "./pump.ts";
import type { Attached, Lease, Refused } from "../store/store.ts";
import { SESSION_CLOSE } from "../wire/violation.ts";

type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/** The application has named the principal: opens or attaches the session. */
export function onAdmitted(
  state: ServerState,
  { principal, ticket }: EventOf<"admitted">,
  context: ServerContext,
): ServerStep {
  if (state.kind !== "admitting") return { state, effects: [] };
  const { request } = state;
  const peer = "connected";
  if (request.op === "open") {
    return openFor({ request, principal, lost: undefined, peer });
  }
  return ticket === undefined
    ? openInstead({ request, principal, peer }, { why: "unknown" })
    : attachFor({ request, principal, ticket }, context);
}

/** The store has opened a session. */
export function onOpened(
  state: ServerState,
  event: EventOf<"opened">,
  context: ServerContext,
): ServerStep {
  if (state.kind !== "opening") return { state, effects: [] };
  const { lease, token, protocol } = event;
  const ttl = ttlOf(state.request, context.config);
  if (state.peer === "gone") return closed([{ type: "detach", lease, ttl }]);
  const { lost, principal } = state;
  const opened = newSession(state, { lease, token, protocol }, context);
  const answer = lost === undefined
    ? control({ op: "opened", ...opened })
    : control({ op: "lost", ...lost, opened });
  const attached = startAttached({
    ...{ lease, principal, ttl },
    granted: state.request.window,
  }, context);
  const news: ServerEffect = {
    type: "news",
    news: { kind: "opened", opened, lost },
  };
  return { state: attached, effects: [news, answer] };
}

/** The store has answered a resume. */
export function onAnswered(
  state: ServerState,
  { answer, token, busySince }: EventOf<"attached">,
  context: ServerContext,
): ServerStep {
  if (state.kind !== "attaching") return { state, effects: [] };
  switch (answer.kind) {
    case "attached":
      return state.peer === "gone"
        ? closed([{
          type: "detach",
          lease: answer.lease,
          ttl: state.claim.ttl,
        }])
        : resume(state, { answer, token }, context);
    case "busy":
      return state.peer === "gone"
        ? closed([])
        : askLater(state, context, busySince);
    case "refused":
      return state.peer === "gone" ? closed([]) : onRefused(state, answer);
  }
}

function onRefused(
  { request, claim, peer }: ServerAttaching,
  { why, fate }: Refused,
): ServerStep {
  switch (why) {
    case "stale":
      return closed([{
        type: "close",
        closeCode: SESSION_CLOSE.stale,
        reason: "A newer attempt has the session",
      }]);
    case "principal":
      return closed([{
        type: "close",
        closeCode: SESSION_CLOSE.principal,
        reason: "The session belongs to another principal",
      }]);
    default: {
      const lost: Omit<Lost, "op" | "opened"> = { why, ...fate };
      return openInstead({ request, principal: claim.principal, peer }, lost);
    }
  }
}

function resume(
  attaching: ServerAttaching,
  { answer, token }: { readonly answer: Attached; readonly token: string },
  context: ServerContext,
): ServerStep {
  const state = resumeAttached(attaching, answer, context);
  const { orphans, forgotten, uncertain, accepted, at, last } = answer;
  const counts = { orphans, forgotten, uncertain };
  const resumed = control({
    op: "resumed",
    token,
    got: accepted,
    ...{ at, last, gen: state.generation },
    ...counts,
    window: windowOf(context),
    maxMessage: context.config.maxMessage,
  });
  const skipped = skipGap(state, answer.trimmed);
  const step = work(skipped.state, context);
  return {
    ...step,
    effects: [
      { type: "news", news: { kind: "resumed", ...counts } },
      resumed,
      ...skipped.effects,
      ...step.effects,
    ],
  };
}

/** An attachment that goes on where the session is. */
function resumeAttached(
  { request, claim }: ServerAttaching,
  { lease, lineage, accepted, at, last, trimmed, uncertain }: Attached,
  context: ServerContext,
): ServerAttached {
  const { principal, ttl, counter } = claim;
  const { window: granted, ack } = request;
  return {
    ...startAttached({ lease, principal, ttl, granted }, context),
    ...{ accepted, uncertain, lineage, trimmed, last, counter },
    generation: generationAt(lineage, at + 1),
    handled: accepted,
    claimed: accepted,
    pace: newPace(context, accepted),
    queue: emptyAfter(accepted),
    receiving: startReceiving(accepted, windowOf(context)),
    nextCounter: counter + 1,
    reportedCounter: counter,
    credit: startCredit(at, granted, Math.min(ack, at)),
    buffer: emptyAfter(at),
  };
}

function newSession(
  { request }: ServerOpening,
  { lease, token, protocol }: {
    readonly lease: Lease;
    readonly token: string;
    readonly protocol: string;
  },
  context: ServerContext,
): NewSession {
  const { config } = context;
  return {
    session: lease.session,
    token,
    gen: lease.generation,
    window: windowOf(context),
    protocol,
    ttl: ttlOf(request, config),
    maxMessage: config.maxMessage,
  };
}

/** An attachment before any message, in either direction. */
function startAttached(
  { lease, principal, ttl, granted }: {
    readonly lease: Lease;
    readonly principal: string;
    readonly ttl: number;
    readonly granted: WireWindow;
  },
  context: ServerContext,
): ServerAttached {
  const { generation } = lease;
  return {
    kind: "attached",
    ...{ principal, lease, ttl },
    peer: "connected",
    departure: undefined,
    queue: emptyAfter(0),
    queueBytes: 0,
    receiving: startReceiving(0, windowOf(context)),
    running: 0,
    failures: 0,
    handled: 0,
    accepted: 0,
    claimed: 0,
    pace: newPace(context, 0),
    uncertain: 0,
    replies: [],
    step: undefined,
    stepAt: -Infinity,
    // The store has confirmed no step yet: the first claim is one.
    confirmedAt: -Infinity,
    renewal: "none",
    reportAt: Infinity,
    nextCounter: 1,
    counter: 1,
    reportedCounter: 1,
    credit: startCredit(0, granted),
    trimmed: 0,
    buffer: emptyAfter(0),
    last: 0,
    reading: "idle",
    lineage: startLineage(generation),
    generation,
  };
}

function windowOf({ config }: ServerContext): WireWindow {
  return [config.capacity.messages, config.capacity.bytes];
}
