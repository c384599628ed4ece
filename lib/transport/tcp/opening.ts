/**
 * From a target to a WebSocket that is open, or the reason why there is none.
 *
 * @module
 */

import type { NetworkConfig } from "../../connection/config/network.ts";
import type { Target } from "../transport.ts";
import { DialAttempt } from "./dial/dial_attempt.ts";
import { dial, endpointOf } from "./dial/dial.ts";
import { connectFailure, OpeningError } from "./dial/tcp_failure.ts";
import { type Opened, OpeningHandshake } from "./opening_handshake.ts";

const NO_NETWORK: NetworkConfig = {};

/** One attempt to open a WebSocket. */
export class Opening {
  readonly #url: URL;
  readonly #network: NetworkConfig;
  readonly #handshake: OpeningHandshake;
  readonly #attempt = new DialAttempt();

  /**
   * Makes an attempt that has not begun.
   *
   * @throws {TypeError} A bad URL, subprotocol or header.
   */
  constructor(target: Target) {
    this.#url = new URL(target.url);
    this.#network = target.network ?? NO_NETWORK;
    this.#handshake = new OpeningHandshake(target);
  }

  /**
   * Connects, and performs the handshake.
   *
   * @throws {OpeningError} Why it failed; nothing is left open.
   */
  async run(): Promise<Opened> {
    try {
      const conn = await dial(this.#url, this.#network, this.#attempt);
      const opened = await this.#handshake.perform(conn);
      this.#attempt.hold(conn);
      return opened;
    } catch (error) {
      this.abort();
      throw new OpeningError(connectFailure(error, endpointOf(this.#url)));
    }
  }

  /** Gives up, and closes what is open. */
  abort(): void {
    this.#attempt.abort();
  }
}
