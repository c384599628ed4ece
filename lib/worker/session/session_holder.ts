/**
 * The place of a session in its connection. Without the option `session`, and
 * until the code of sessions is loaded, there is none.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import type { SessionRemains } from "../../boundary/session.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Resolution } from "../attempt/resolver.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";
import type { ConnectionMachine } from "./begin_session.ts";
import { loadSession } from "./load_session.ts";
import type { Session } from "./session.ts";

/** What a session works with, once it is there. */
export interface SessionHolderParts {
  readonly id: number;
  readonly setup: Setup;
  /** What a worker before has left, with the option `session`. */
  readonly remains: SessionRemains | undefined;
  readonly notices: NoticeQueue;
  readonly logger: ConnectionLogger;
  readonly clock: Clock;
  readonly machine: ConnectionMachine;
  /** Called when {@linkcode SessionHolder.deadline} may be another one. */
  readonly changed: () => void;
}

/** Holds the session of one connection. */
export class SessionHolder {
  readonly #parts: SessionHolderParts;
  #session: Session | undefined;
  /** The number of the last message that the application consumed. */
  #consumed = 0;

  /** Makes a place without a session. */
  constructor(parts: SessionHolderParts) {
    this.#parts = parts;
  }

  /** The session, once there is one. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** When to call {@linkcode due} next. */
  get deadline(): number {
    return this.#session?.deadline ?? Infinity;
  }

  /** A deadline has passed. */
  due(): void {
    this.#session?.due();
  }

  /** The application has consumed all messages up to this number. */
  consumed(upTo = 0): void {
    this.#consumed = upTo;
    this.#session?.consumed(upTo);
  }

  /** Lets the connection of an attempt carry the session, if there is to be one. */
  async carry(resolution: Resolution): Promise<Resolution> {
    const { id, setup, remains, machine, changed } = this.#parts;
    if (setup.session === undefined || remains === undefined) return resolution;
    const { beginSession, carrySession } = await loadSession();
    const { notices, logger, clock } = this.#parts;
    const { protocols } = setup;
    const maxMessage = setup.config.maxMessageSize;
    this.#session ??= beginSession({
      ...{ id, setup: setup.session, remains, protocols, maxMessage },
      ...{ notices, logger, clock },
    }, { machine, changed });
    this.#session.consumed(this.#consumed);
    return carrySession(resolution, this.#session, maxMessage);
  }
}
