/**
 * The place of a session in its connection. Without the option `session`, and
 * until the code of sessions is loaded, there is none.
 *
 * @module
 */

import type { Resolution } from "../attempt/resolution.ts";
import type { SessionContext } from "./begin_session.ts";
import { loadSession } from "./load_session.ts";
import type { Session } from "./session.ts";

/** Holds the session of one connection. */
export class SessionHolder {
  readonly #context: SessionContext | undefined;
  #session: Session | undefined;
  /** The number of the last message that the application consumed. */
  #consumed = 0;

  /** Makes a place without a session yet; without a context it stays so. */
  constructor(context: SessionContext | undefined) {
    this.#context = context;
  }

  /** The session, once there is one. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** The application has consumed all messages up to this number. */
  consumed(upTo = 0): void {
    this.#consumed = upTo;
    this.#session?.consumed(upTo);
  }

  /** Lets the connection of an attempt carry the session, if there is to be one. */
  async carry(resolution: Resolution): Promise<Resolution> {
    if (this.#context === undefined) return resolution;
    const { beginSession, carrySession } = await loadSession();
    this.#session ??= beginSession(this.#context);
    this.#session.consumed(this.#consumed);
    return carrySession(resolution, this.#session, this.#context.setup);
  }
}
