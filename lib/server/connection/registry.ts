/**
 * The sessions that a node knows, for notices and for limits.
 *
 * @module
 */

import type { StoreNotice } from "../../session/store/store.ts";

/** A connection that receives notices of its session. */
export interface NoticeReceiver {
  notify(notice: StoreNotice): void;
}

/** A session that was opened or resumed on this node. */
export interface KnownSession {
  readonly id: string;
  readonly principal: string;
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
  /** The connection that has it, if there is one. */
  readonly owner: NoticeReceiver | undefined;
  /** When a session without a connection is not this node's any more. */
  readonly forgetAt: number;
  /** What waits for a session without a connection, in bytes. */
  readonly waiting: number;
}

/** The sessions of one principal: mostly one, and a set is larger than a session. */
type Own = string | Set<string>;

/** Which connection has which session. */
export class SessionRegistry {
  readonly #sessions = new Map<string, KnownSession>();
  readonly #principals = new Map<string, Own>();
  /** In the order in which they lost their connection. */
  readonly #detached = new Set<string>();
  #detachedBytes = 0;
  readonly #receivers = new Map<string, Set<NoticeReceiver>>();

  /** How many sessions are known. */
  get size(): number {
    return this.#sessions.size;
  }

  /** How many of them have no connection. */
  get detached(): number {
    return this.#detached.size;
  }

  /** What waits for them, in bytes. */
  get detachedBytes(): number {
    return this.#detachedBytes;
  }

  /** What is known of a session. */
  find(id: string): KnownSession | undefined {
    return this.#sessions.get(id);
  }

  /** How many sessions of a principal are known. */
  countOf(principal: string): number {
    return idsOf(this.#principals.get(principal)).size;
  }

  /** The session that has been without a connection for longest. */
  oldestDetached(principal?: string): string | undefined {
    if (principal === undefined) return this.#detached.values().next().value;
    const own = idsOf(this.#principals.get(principal));
    return this.#detached.values().find((id) => own.has(id));
  }

  /** A connection has a session. */
  enter(
    { id, principal, maxMessage, owner }:
      & Pick<KnownSession, "id" | "principal" | "maxMessage">
      & { readonly owner: NoticeReceiver },
  ): void {
    this.resize(id, 0);
    this.#sessions.set(id, {
      ...{ id, principal, maxMessage, owner },
      ...{ forgetAt: Infinity, waiting: 0 },
    });
    this.#detached.delete(id);
    const own = this.#principals.get(principal);
    this.#principals.set(principal, withId(own, id));
  }

  /**
   * A connection has lost its session. Does nothing if another one has it.
   *
   * @param forgetAt `-Infinity` for at once.
   */
  leave(id: string, owner: NoticeReceiver, forgetAt: number): void {
    const known = this.#sessions.get(id);
    if (known?.owner !== owner) return;
    if (forgetAt === -Infinity) return this.remove(id);
    this.#sessions.set(id, { ...known, owner: undefined, forgetAt });
    this.#detached.add(id);
  }

  /** Notes what waits for a session, while it has no connection. */
  resize(id: string, bytes: number): void {
    const known = this.#sessions.get(id);
    if (known === undefined || known.waiting === bytes) return;
    if (!this.#detached.has(id)) return;
    this.#detachedBytes += bytes - known.waiting;
    this.#sessions.set(id, { ...known, waiting: bytes });
  }

  /** A session has ended, or is no longer this node's. */
  remove(id: string): void {
    const known = this.#sessions.get(id);
    if (known === undefined) return;
    this.resize(id, 0);
    this.#sessions.delete(id);
    this.#detached.delete(id);
    this.#removeOwn(known.principal, id);
  }

  #removeOwn(principal: string, id: string): void {
    const own = idsOf(this.#principals.get(principal));
    own.delete(id);
    if (own.size === 0) this.#principals.delete(principal);
    else this.#principals.set(principal, own);
  }

  /** Removes sessions that are over, or went to another node. */
  forget(now: number): void {
    for (const id of this.#detached) {
      if (this.#sessions.get(id)!.forgetAt <= now) this.remove(id);
    }
  }

  /** A connection receives notices of a session from now on, before it has it. */
  listen(id: string, receiver: NoticeReceiver): void {
    const all = this.#receivers.get(id) ?? new Set();
    this.#receivers.set(id, all.add(receiver));
  }

  /** It receives no more. */
  unlisten(id: string, receiver: NoticeReceiver): void {
    const all = this.#receivers.get(id);
    all?.delete(receiver);
    if (all?.size === 0) this.#receivers.delete(id);
  }

  /** Passes a notice of the store on. */
  notify(notice: StoreNotice): void {
    for (const receiver of [...this.#receivers.get(notice.session) ?? []]) {
      receiver.notify(notice);
    }
  }
}

function idsOf(own: Own | undefined): Set<string> {
  if (own === undefined) return new Set();
  return typeof own === "string" ? new Set([own]) : own;
}

function withId(own: Own | undefined, id: string): Own {
  return own === undefined || own === id ? id : idsOf(own).add(id);
}
