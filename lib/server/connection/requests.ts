/**
 * What a connection asks of the application and of the store: who its client is,
 * and for a session.
 *
 * @module
 */

import { randomBytes } from "../../platform/random_bytes.ts";
import { ttlOf } from "../../session/server/lease.ts";
import type { ServerEvent } from "../../session/server/state.ts";
import type { AttachClaim } from "../../session/store/store.ts";
import type { Open, Resume } from "../../session/wire/handshake.ts";
import { formatSessionId } from "../../session/wire/token.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import type { ServerNode } from "./node.ts";

type Refusal = Extract<ServerEvent, { type: "refused" }>;
type Admission = Extract<ServerEvent, { type: "admitted" }> | Refusal;

const LATE = refused(SESSION_CLOSE.timeout, "No answer in time");

/** Asks the application who is there. */
export async function authenticate(
  { authenticate, logger }: ServerNode,
  request: Request,
  auth: string | undefined,
): Promise<Admission> {
  try {
    const answer = await authenticate(request, auth);
    if (typeof answer !== "string") return refusalOf(answer.status);
    if (answer !== "") return { type: "admitted", principal: answer };
    throw new TypeError("A principal must not be empty");
  } catch (error) {
    logger.error("Could not authenticate a client", { error });
    return refused(SESSION_CLOSE.unavailable, "Could not authenticate");
  }
}

/** Finds out who is there, and whether the token is genuine. */
export async function admit(
  node: ServerNode,
  request: Request,
  first: Open | Resume,
): Promise<Admission> {
  const admission = await authenticate(node, request, first.auth);
  if (admission.type === "refused" || first.op === "open") return admission;
  const { principal } = admission;
  const ticket = await node.tokens.verify(first.token, principal);
  if (ticket === undefined) return admission;
  const { settings: { clock }, resumes } = node;
  return resumes.take(ticket.session, clock.now())
    ? { ...admission, ticket }
    : refused(SESSION_CLOSE.limit, "Too many resumes");
}

/** Asks the application about one client. */
export class Authentication {
  readonly #node: ServerNode;
  readonly #request: Request;
  readonly #onAnswer: (answer: Admission) => void;
  #isAsking = false;
  /** The latest token that came while the application was asked. */
  #newest: string | undefined;

  /** `onAnswer` is called with what `renew()` finds out, and if time is over. */
  constructor(
    node: ServerNode,
    { request, onAnswer }: {
      readonly request: Request;
      readonly onAnswer: (answer: Admission) => void;
    },
  ) {
    this.#node = node;
    this.#request = request;
    this.#onAnswer = onAnswer;
  }

  /** The client has sent its first message. */
  admit(first: Open | Resume): Promise<Admission> {
    return this.#inTime(admit(this.#node, this.#request, first));
  }

  /**
   * The client has sent a new token. It may send many: the application is asked
   * one at a time, and of those that come meanwhile only about the newest.
   */
  async renew(auth: string): Promise<void> {
    this.#newest = auth;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#newest !== undefined) {
      const asked = authenticate(this.#node, this.#request, this.#newest);
      this.#newest = undefined;
      this.#onAnswer(await this.#inTime(asked));
    }
    this.#isAsking = false;
  }

  /** The client does not wait longer than for its first message. */
  #inTime(asked: Promise<Admission>): Promise<Admission> {
    const { clock, config } = this.#node.settings;
    const cancel = clock.after(config.handshakeTimeout, () => {
      this.#newest = undefined;
      this.#onAnswer(LATE);
    });
    return asked.finally(cancel);
  }
}

/**
 * Makes room for one more session of a principal, at the expense of its oldest
 * one without a connection.
 *
 * @returns Whether there is room.
 */
export function makeRoom(node: ServerNode, principal: string): boolean {
  const { registry, settings } = node;
  if (registry.countOf(principal) < settings.limits.sessionsPerPrincipal) {
    return true;
  }
  const oldest = registry.oldestDetached(principal);
  if (oldest === undefined) return false;
  evict(node, oldest);
  return true;
}

/**
 * Ends a session without a connection, to make room. Forgets it if another node
 * has it: this node was not notified.
 */
export function evict(node: ServerNode, id: string): void {
  node.registry.remove(id);
  node.track(node.end(id, { kind: "detached" }));
}

/** Draws an id for a new session. */
export function newSessionId(): string {
  return formatSessionId(randomBytes(16));
}

/** Opens a session under an id. */
export async function openSession(
  node: ServerNode,
  { id, principal, request }: {
    readonly id: string;
    readonly principal: string;
    readonly request: Open | Resume;
  },
): Promise<Extract<ServerEvent, { type: "opened" }>> {
  const { name, store, tokens, settings } = node;
  const { attempt, instance, maxMessage } = request;
  const ttl = ttlOf(request, settings.config);
  const protocol = request.protocols
    .find((offered) => settings.admission.protocols.includes(offered)) ?? "";
  const token = await tokens.sign({ session: id, counter: 1, principal });
  await node.ready;
  const lease = await store.open({
    ...{ session: id, principal, attempt, instance, ttl, maxMessage },
    node: name,
    meta: protocol,
  });
  return { type: "opened", lease, token, protocol };
}

/** Asks the store for a session. */
export async function attachSession(
  node: ServerNode,
  claim: Omit<AttachClaim, "node">,
): Promise<Extract<ServerEvent, { type: "attached" }>> {
  const { name, store, tokens, counters, settings, busy } = node;
  const { session, principal } = claim;
  const counter = claim.counter + 1;
  const token = await tokens.sign({ session, counter, principal });
  await node.ready;
  const answer = await store.attach({ ...claim, node: name });
  if (answer.kind === "busy") {
    const holding = { node: answer.node, counter: claim.counter };
    const busySince = busy.note(session, holding, settings.clock.now());
    return { type: "attached", answer, token, busySince };
  }
  busy.remove(session);
  if (answer.kind === "attached" && (answer.holder ?? name) !== name) {
    counters.add("takenOver");
  }
  return { type: "attached", answer, token };
}

function refusalOf(status: number): Refusal {
  switch (status) {
    case 403:
      return refused(SESSION_CLOSE.principal, "Forbidden");
    case 429:
      return refused(SESSION_CLOSE.limit, "Too many requests");
    case 503:
      return refused(SESSION_CLOSE.unavailable, "Unavailable");
    default:
      return refused(SESSION_CLOSE.unauthorized, "Not authenticated");
  }
}

function refused(closeCode: number, reason: string): Refusal {
  return { type: "refused", closeCode, reason };
}
