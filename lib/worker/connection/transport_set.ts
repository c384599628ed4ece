/**
 * The transports of one connection: the one in use, and those that are being
 * closed while nobody waits for them.
 *
 * @module
 */

import type { Output } from "../../connection/state.ts";
import type { Transport } from "../../transport/transport.ts";

interface Entry {
  readonly id: number;
  readonly transport: Transport;
  readonly phase: "connecting" | "open";
  /** When it is dropped, if it has not ended by then. */
  readonly giveUpAt: number;
}

/** What a close frame says. */
export interface CloseFrame {
  readonly closeCode: number | undefined;
  readonly reason: string;
}

const NONE: readonly Entry[] = [];

/** Transports by socket id. One that throws while it is closed or dropped is forgotten all the same. */
export class TransportSet {
  /** Nearly always one. */
  #transports: readonly Entry[] = NONE;

  /** When to call {@linkcode sweep} next. */
  get nextSweep(): number {
    let next = Infinity;
    for (const { giveUpAt } of this.#transports) {
      next = Math.min(next, giveUpAt);
    }
    return next;
  }

  /** Whether something that was sent over a transport has not left. */
  outputOf(id: number): Output {
    return this.get(id)?.bufferedAmount ? "stalled" : "flowing";
  }

  /** Adds a transport that is connecting. */
  add(id: number, transport: Transport): void {
    this.#transports = [
      ...this.#transports,
      { id, transport, phase: "connecting", giveUpAt: Infinity },
    ];
  }

  /** Notes that the handshake is done. */
  opened(id: number): void {
    this.#change(id, { phase: "open" });
  }

  /** The transport with this id, unless it has ended. */
  get(id: number): Transport | undefined {
    return this.#find(id)?.transport;
  }

  /** Forgets a transport that has ended. */
  delete(id: number): void {
    this.#transports = this.#transports.filter((each) => each.id !== id);
  }

  /** Starts the closing handshake. */
  close(id: number, { closeCode, reason }: CloseFrame): void {
    const transport = this.get(id);
    // Nothing is read from a paused transport, not even the answer to the close.
    transport?.resume();
    transport?.close(closeCode, reason);
  }

  /** Closes a transport that nobody needs, and drops it at `giveUpAt`, or at once where it is not open. */
  abandon(id: number, frame: CloseFrame, giveUpAt: number): void {
    const entry = this.#find(id);
    if (entry === undefined) return;
    if (entry.phase === "connecting") {
      this.#terminate(entry);
      return;
    }
    this.#change(id, { giveUpAt });
    try {
      this.close(id, frame);
    } catch {
      this.#terminate(entry);
    }
  }

  /** Drops those that have not answered in time. */
  sweep(now: number): void {
    for (const entry of this.#transports) {
      if (entry.giveUpAt <= now) this.#terminate(entry);
    }
  }

  /** Drops all. */
  clear(): void {
    for (const entry of this.#transports) this.#terminate(entry);
  }

  #find(id: number): Entry | undefined {
    return this.#transports.find((each) => each.id === id);
  }

  #change(id: number, change: Partial<Entry>): void {
    this.#transports = this.#transports.map((each) =>
      each.id === id ? { ...each, ...change } : each
    );
  }

  #terminate({ id, transport }: Entry): void {
    this.delete(id);
    try {
      transport.terminate();
    } catch {
      // It is forgotten, and there is nothing else to do about it.
    }
  }
}
