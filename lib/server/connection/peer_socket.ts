/**
 * The client at the other end of one connection: what goes to it, whether it is
 * still there, and how it is closed.
 *
 * @module
 */

import type { Payload } from "../../session/wire/payload.ts";
import type { ServerNode } from "./node.ts";
import type { Peer } from "./peer.ts";
import { type PeerAdvice, PeerWatch } from "./peer_watch.ts";

/** Reading what is unsent costs more than sending a short frame. */
const CHECK_AFTER = 65_536;

/** The socket of a connection, with counts and log records. */
export class PeerSocket {
  readonly #node: Pick<ServerNode, "settings" | "counters" | "logger">;
  readonly #peer: Peer;
  readonly #watch = new PeerWatch();
  #pings = 0;

  /** For a socket that is open or about to be. */
  constructor(
    node: Pick<ServerNode, "settings" | "counters" | "logger">,
    peer: Peer,
  ) {
    this.#node = node;
    this.#peer = peer;
  }

  /** Notes a sign of life. */
  heard(): void {
    this.#watch.heard();
  }

  /** Judges the time since the last check. */
  check(): PeerAdvice {
    return this.#watch.check();
  }

  /**
   * Asks whether the client is there, by a ping frame.
   *
   * @returns The number of a ping of the protocol, where there are no such frames.
   */
  ask(): number | undefined {
    if (this.#peer.ping !== undefined) {
      this.#peer.ping();
      return undefined;
    }
    this.#pings += 1;
    return this.#pings;
  }

  /** Sends frames. Returns `false` if the client leaves too much unread. */
  send(frames: readonly Payload[]): boolean {
    let unchecked = 0;
    for (const frame of frames) {
      this.#peer.send(frame);
      unchecked += frame.length;
      if (unchecked < CHECK_AFTER) continue;
      if (!this.#takesAll) return false;
      unchecked = 0;
    }
    return this.#takesAll;
  }

  get #takesAll(): boolean {
    return this.#peer.unsentBytes <= this.#node.settings.limits.unsentBytes;
  }

  /** Starts the closing handshake. */
  close(closeCode: number, reason: string, session: string): void {
    const { counters, logger } = this.#node;
    counters.addClose(closeCode);
    logger.debug("Connection closed", { session, closeCode, reason });
    this.#peer.close(closeCode, reason);
  }

  /** Drops the connection. */
  terminate(why: string, session: string): void {
    const { counters, logger } = this.#node;
    counters.add("terminated");
    logger.info("Connection dropped", { session, why });
    this.#peer.terminate();
  }
}
