/**
 * Counts what the application has consumed since the last report to the worker.
 *
 * @module
 */

import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../boundary/protocol.ts";

/** How much more the worker may post. */
export interface Credit {
  readonly messages: number;
  readonly bytes: number;
  /** With a session: all messages up to this number are consumed. */
  readonly upTo?: number;
}

const NO_CREDIT: Credit = { messages: 0, bytes: 0 };

/** The consumption of one connection's incoming messages. */
export class Consumption {
  #credit = NO_CREDIT;

  /**
   * Small credit waits for another record; the worker has the rest of the window
   * meanwhile.
   */
  get isDue(): boolean {
    const { messages, bytes } = this.#credit;
    return messages * 4 >= RECEIVE_WINDOW_MESSAGES ||
      bytes * 4 >= RECEIVE_WINDOW_BYTES;
  }

  /** The application has consumed messages. */
  add(messages: number, bytes: number): void {
    const { messages: before, bytes: size } = this.#credit;
    this.#credit = { messages: before + messages, bytes: size + bytes };
  }

  /** Takes the credit that the worker does not have yet, to post it now. */
  take(): Credit | undefined {
    const credit = this.#credit;
    this.#credit = NO_CREDIT;
    return credit === NO_CREDIT ? undefined : credit;
  }
}
