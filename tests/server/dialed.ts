/** Clients of a node without a network. */

import { SessionConnection } from "../../lib/server/connection/connection.ts";
import type { PeerListener } from "../../lib/server/connection/peer.ts";
import {
  encodeControl,
  type KnownControl,
  parseControl,
} from "../../lib/session/wire/control.ts";
import type { NewSession } from "../../lib/session/wire/handshake.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";
import { OPEN } from "../session/server/peer.ts";
import { type TestNode, TestPeer } from "./nodes.ts";

/** What a client grants. */
export const WINDOW = [9, 9_000] as const;

/** A client of a node, without a network. */
export class Dialed {
  readonly peer = new TestPeer();
  readonly connection: SessionConnection;
  closed = 0;
  #listener: PeerListener | undefined;

  constructor(node: TestNode) {
    this.connection = new SessionConnection(node, {
      request: new Request("http://127.0.0.1/"),
      connect: (listener) => {
        this.#listener = listener;
        return this.peer;
      },
      onClosed: () => this.closed += 1,
    });
    this.#listener!.opened();
  }

  /** Sends a frame. */
  hear(frame: Payload): void {
    this.#listener!.received(frame);
  }

  /** Sends a frame, and waits for what the store and the handler do with it. */
  async send(frame: Payload): Promise<void> {
    this.hear(frame);
    await settled();
  }

  /** Sends a control message in the same way. */
  async control(control: KnownControl): Promise<void> {
    await this.send(encodeControl(control));
  }

  /**
   * Sends a first message, and waits for the answer: tokens are signed and
   * verified in another thread, which takes as long as it likes.
   */
  async greet(control: KnownControl): Promise<void> {
    this.hear(encodeControl(control));
    await this.peer.answered();
    await settled();
  }

  /** Opens a session. */
  async open(
    window: readonly [number, number] = WINDOW,
  ): Promise<NewSession> {
    await this.greet({ ...OPEN, window, maxMessage: 1_000 });
    return parseControl(`${this.peer.sent[0]}`.slice(2)) as never;
  }

  /** Breaks the connection. */
  leave(): void {
    this.#listener!.disconnected();
  }

  /** Breaks the connection, twice as a socket may, and waits. */
  async cut(): Promise<void> {
    this.leave();
    this.leave();
    await settled();
  }
}

/**
 * Waits for the handler and the store, which is in memory: all that they do is
 * done before the next turn of the event loop.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
