/**
 * The registration of a connection at its node: the connection receives the
 * notices of its session, and the session counts against the limits.
 *
 * @module
 */

import type { Lease, StoreNotice } from "../../session/store/store.ts";
import type { ServerNode } from "./node.ts";
import type { ServerEvent } from "../../session/server/state.ts";
import type { NoticeReceiver } from "./registry.ts";

/** The server drains: the client is to leave. */
type MoveEvent = Extract<ServerEvent, { type: "move" }>;

interface EarlyMove {
  readonly event: MoveEvent;
  /** When it came, in milliseconds of the clock. */
  readonly at: number;
}

/** What may come before the answer of the store, and counts once it is there. */
export type EarlyNotice = StoreNotice | MoveEvent;

/** The registration of one connection. */
export class Registration {
  readonly #node: Pick<ServerNode, "registry" | "settings" | "store">;
  readonly #receiver: NoticeReceiver;
  #early: StoreNotice[] = [];
  #move: EarlyMove | undefined;
  #session = "";
  #maxMessage = Infinity;

  /** For a connection without a session. */
  constructor(
    node: Pick<ServerNode, "registry" | "settings" | "store">,
    receiver: NoticeReceiver,
  ) {
    this.#node = node;
    this.#receiver = receiver;
  }

  /** The id of the session, or empty. */
  get session(): string {
    return this.#session;
  }

  /** The largest message that the client takes, in bytes. */
  get maxMessage(): number {
    return this.#maxMessage;
  }

  /** The client has said how much it takes. */
  expect(maxMessage: number): void {
    this.#maxMessage = maxMessage;
  }

  /** Receives notices of a session, before the connection is known to have it. */
  listen(session: string): void {
    if (this.#session === session) return;
    const { registry } = this.#node;
    registry.unlisten(this.#session, this.#receiver);
    this.#session = session;
    this.#early = [];
    registry.listen(session, this.#receiver);
  }

  /** Keeps a notice until the store has answered. */
  keep(notice: EarlyNotice): void {
    if (notice.type !== "move") this.#early.push(notice);
    else this.#move = { event: notice, at: this.#node.settings.clock.now() };
  }

  /** The kept notices, without a `rolled-back` that is older than the lease. */
  takeEarly({ generation }: Lease): readonly EarlyNotice[] {
    const early = this.#early;
    this.#early = [];
    const notices: readonly EarlyNotice[] =
      generation === this.#node.store.generation
        ? early.filter(({ type }) => type !== "rolled-back")
        : early;
    return this.#move ? [...notices, this.#takeMove(this.#move)] : notices;
  }

  /** The time to leave began when it was asked for. */
  #takeMove({ event, at }: EarlyMove): MoveEvent {
    const passed = this.#node.settings.clock.now() - at;
    const after = Math.max(0, event.after - passed);
    const end = Math.max(0, event.after + event.spread - passed);
    this.#move = undefined;
    return { type: "move", after, spread: end - after };
  }

  /** The session is the connection's. */
  enter(principal: string): void {
    this.#node.registry.enter({
      ...{ id: this.#session, principal, owner: this.#receiver },
      maxMessage: this.#maxMessage,
    });
  }

  /** The session has ended. */
  remove(): void {
    this.#node.registry.remove(this.#session);
  }

  /**
   * The connection is over.
   *
   * @param session `detached`: it waits for its client. `gone`: it has ended, or
   * others have it.
   */
  leave(session: "detached" | "gone"): void {
    const { registry, settings: { clock, config } } = this.#node;
    registry.unlisten(this.#session, this.#receiver);
    const forgetAt = session === "detached"
      ? clock.now() + config.ttl
      : -Infinity;
    registry.leave(this.#session, this.#receiver, forgetAt);
  }
}
