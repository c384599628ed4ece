/**
 * What one attempt to connect has open, so that it can be given up at any
 * moment.
 *
 * @module
 */

import type { Conn } from "./deno_net.ts";

/** An attempt that can be given up. */
export class DialAttempt {
  readonly #controller = new AbortController();
  #conn: Conn | undefined;

  /** Makes an attempt that has nothing open. */
  constructor() {
    // Deno 2.9 checks the signal once more when a connection is there, and then
    // loses one that came at the very moment of the abort. `hold()` checks it.
    this.#controller.signal.throwIfAborted = doNothing;
  }

  /** Aborted when the attempt is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Owns a connection from now on, instead of the one below it.
   *
   * @throws {Error} The attempt was given up; the connection is closed.
   */
  hold<Held extends Conn>(conn: Held): Held {
    this.#conn = conn;
    if (!this.signal.aborted) return conn;
    this.abort();
    throw new Error("The attempt was given up");
  }

  /** Closes what is open, and whatever is opened from now on. */
  abort(): void {
    this.#controller.abort();
    const conn = this.#conn;
    this.#conn = undefined;
    if (conn !== undefined) closeQuietly(conn);
  }
}

/** Closes a connection that may be closed already, or may have become TLS. */
export function closeQuietly(conn: Conn): void {
  conn[Symbol.dispose]();
}

function doNothing(): void {}
