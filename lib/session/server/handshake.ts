/**
 * The server's part of the first exchange, until the store is asked.
 *
 * @module
 */

import { isViolation } from "../flow/credit.ts";
import type { Frame } from "../wire/frame.ts";
import type { Lost, Resume } from "../wire/handshake.ts";
import { ttlOf } from "./lease.ts";
import type {
  ServerAttaching,
  ServerContext,
  ServerOpening,
  ServerStep,
} from "./state.ts";
import { closed } from "./work.ts";
import type { AttachClaim } from "../store/store.ts";
import { type Violation, violation } from "../wire/violation.ts";

/** The client speaks first, and says which session it wants. */
export function onFirstFrame(frame: Frame | Violation): ServerStep {
  if (isViolation(frame)) return closed([{ ...frame, type: "close" }]);
  const control = frame.type === "control" ? frame.control : undefined;
  if (control?.op !== "open" && control?.op !== "resume") {
    const { closeCode, reason } = violation("Not a first message");
    return closed([{ type: "close", closeCode, reason }]);
  }
  return {
    state: { kind: "admitting", request: control },
    effects: [{ type: "admit", request: control }],
  };
}

/** Opens a session, also in place of one that is lost. */
export function openFor(
  state: Omit<ServerOpening, "kind">,
): ServerStep {
  const { request, principal } = state;
  return {
    state: { ...state, kind: "opening" },
    effects: [{ type: "open", request, principal }],
  };
}

/** The session that was asked for is gone. */
export function openInstead(
  state: Omit<ServerOpening, "kind" | "lost">,
  lost: Omit<Lost, "op" | "opened">,
): ServerStep {
  return openFor({ ...state, lost });
}

/** Asks the store for the session of a genuine token. */
export function attachFor(
  { request, principal, ticket }: {
    readonly request: Resume;
    readonly principal: string;
    readonly ticket: { readonly session: string; readonly counter: number };
  },
  { config }: ServerContext,
): ServerStep {
  const { attempt, instance, have, ack, first, last, maxMessage } = request;
  const claim: Omit<AttachClaim, "node"> = {
    ...ticket,
    ...{ principal, attempt, instance, have, ack, first, last, maxMessage },
    ttl: ttlOf(request, config),
    takeover: "ask",
  };
  return ask({
    kind: "attaching",
    request,
    claim,
    forceAt: Infinity,
    askAt: Infinity,
    peer: "connected",
  });
}

/** The holder was asked to let go: tries again later, and then by force. */
export function askLater(
  state: ServerAttaching,
  { config, now }: ServerContext,
  busySince: number = now,
): ServerStep {
  const limit = busySince + config.takeoverTimeout;
  const forceAt = state.forceAt === Infinity ? limit : state.forceAt;
  const askAt = Math.min(forceAt, now + config.takeoverPoll);
  return { state: { ...state, forceAt, askAt }, effects: [] };
}

/** Asks again. */
export function askAgain(
  state: ServerAttaching,
  { now }: ServerContext,
): ServerStep {
  const takeover = now >= state.forceAt ? "force" : "ask";
  return ask({ ...state, claim: { ...state.claim, takeover } });
}

function ask(state: ServerAttaching): ServerStep {
  const { claim } = state;
  return {
    state: { ...state, askAt: Infinity },
    effects: [{ type: "attach", claim }],
  };
}
