/**
 * The sessions that the nodes of this process hold, and the nodes' listeners.
 *
 * @module
 */

import type { Lease, StoreNotice } from "../../../session/store/store.ts";

type Listener = (notice: StoreNotice) => void;

interface Held {
  readonly lease: Lease;
  readonly node: string;
  /** The last number of the log that the node knows. */
  readonly last: number;
}

/** Which node of this process has which lease. */
export class HeldSessions {
  readonly #sessions = new Map<string, Held>();
  readonly #listeners = new Map<string, Set<Listener>>();

  /** A node has a session. */
  add(lease: Lease, { node, last }: Omit<Held, "lease">): void {
    this.#sessions.set(lease.session, { lease, node, last });
  }

  /** A node has let go of a session, unless it has it again already. */
  remove({ session, fence }: Lease): void {
    if (this.#sessions.get(session)?.lease.fence === fence) {
      this.#sessions.delete(session);
    }
  }

  /** Nobody has a session any more. */
  forget(session: string): void {
    this.#sessions.delete(session);
  }

  /** All leases. */
  leases(): readonly Lease[] {
    return [...this.#sessions.values()].map(({ lease }) => lease);
  }

  /** The holder of a lease knows of a log's last number. */
  notice({ session, fence }: Lease, last: number): void {
    const held = this.#sessions.get(session);
    if (held?.lease.fence !== fence || held.last >= last) return;
    this.#sessions.set(session, { ...held, last });
  }

  /** Notifies the holder of a lease of messages that it may not know. */
  catchUp(lease: Lease, last: number): void {
    const { session } = lease;
    const held = this.#sessions.get(session);
    if (held === undefined || held.lease.fence !== lease.fence) return;
    if (held.last >= last) return;
    this.deliver(held.node, { type: "appended", session, last, messages: [] });
  }

  /** A lease has ended without a notice. */
  fence(lease: Lease): void {
    const { session, fence } = lease;
    const held = this.#sessions.get(session);
    if (held?.lease.fence !== fence) return;
    this.deliver(held.node, { type: "fenced", session, fence, why: "ended" });
  }

  /** The data may have gone back: no lease holds any more. */
  rollBack(): void {
    const held = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { node, lease: { session } } of held) {
      this.#notify(node, { type: "rolled-back", session });
    }
  }

  /** Adds a listener for the sessions of a node. Returns what removes it. */
  listen(node: string, listener: Listener): () => void {
    const own: Listener = (notice) => listener(notice);
    const all = this.#listeners.get(node) ?? new Set();
    this.#listeners.set(node, all.add(own));
    return () => {
      all.delete(own);
    };
  }

  /** Removes all listeners. */
  silence(): void {
    this.#listeners.clear();
  }

  /** Passes a notice on. */
  deliver(node: string, notice: StoreNotice): void {
    const held = this.#sessions.get(notice.session);
    if (notice.type === "appended" && held !== undefined) {
      this.notice(held.lease, notice.last);
    }
    if (notice.type === "fenced" && held?.lease.fence === notice.fence) {
      this.#sessions.delete(notice.session);
    }
    this.#notify(node, notice);
  }

  #notify(node: string, notice: StoreNotice): void {
    for (const listener of [...this.#listeners.get(node) ?? []]) {
      listener(notice);
    }
  }
}
