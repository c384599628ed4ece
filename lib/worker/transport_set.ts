/**
 * The transports of one connection: the one in use, and those that are being
 * closed while nobody waits for them.
 *
 * @module
 */

import type { Transport } from "../transport/transport.ts";

interface Socket {
  readonly id: number;
  readonly transport: Transport;
  readonly phase: "connecting" | "open";
  /** When its end is no longer waited for. */
  readonly giveUpAt: number;
}

/** How to say goodbye. */
export interface Goodbye {
  readonly closeCode: number | undefined;
  readonly reason: string;
}

const NONE: readonly Socket[] = [];

/** Transports by socket id. Whatever one throws when it is to go, it goes. */
export class Sockets {
  /** Mostly one. */
  #sockets: readonly Socket[] = NONE;

  /** When to call {@linkcode sweep} next. */
  get nextSweep(): number {
    let next = Infinity;
    for (const { giveUpAt } of this.#sockets) {
      next = Math.min(next, giveUpAt);
    }
    return next;
  }

  /** Takes in a transport that is connecting. */
  add(id: number, transport: Transport): void {
    this.#sockets = [
      ...this.#sockets,
      { id, transport, phase: "connecting", giveUpAt: Infinity },
    ];
  }

  /** Notes that the handshake is done. */
  opened(id: number): void {
    this.#change(id, { phase: "open" });
  }

  /** The transport with this id, if it still is one. */
  get(id: number): Transport | undefined {
    return this.#find(id)?.transport;
  }

  /** Forgets a transport that has ended. */
  delete(id: number): void {
    this.#sockets = this.#sockets.filter((each) => each.id !== id);
  }

  /** Starts the closing handshake. */
  close(id: number, { closeCode, reason }: Goodbye): void {
    const transport = this.get(id);
    // Nothing is read from a paused transport, not even the answer to the close.
    transport?.resume();
    transport?.close(closeCode, reason);
  }

  /** Says goodbye where that can be said, and waits for the answer until `giveUpAt`. */
  abandon(id: number, goodbye: Goodbye, giveUpAt: number): void {
    const socket = this.#find(id);
    if (socket === undefined) return;
    if (socket.phase === "connecting") {
      this.#terminate(socket);
      return;
    }
    this.#change(id, { giveUpAt });
    try {
      this.close(id, goodbye);
    } catch {
      this.#terminate(socket);
    }
  }

  /** Drops those that have not answered in time. */
  sweep(now: number): void {
    for (const socket of this.#sockets) {
      if (socket.giveUpAt <= now) this.#terminate(socket);
    }
  }

  /** Drops all. */
  clear(): void {
    for (const socket of this.#sockets) this.#terminate(socket);
  }

  #find(id: number): Socket | undefined {
    return this.#sockets.find((each) => each.id === id);
  }

  #change(id: number, change: Partial<Socket>): void {
    this.#sockets = this.#sockets.map((each) =>
      each.id === id ? { ...each, ...change } : each
    );
  }

  #terminate({ id, transport }: Socket): void {
    this.delete(id);
    try {
      transport.terminate();
    } catch {
      // It is forgotten all the same, and nobody could do more about it.
    }
  }
}
