/**
 * Counts what the application has consumed, and what of it the worker has not
 * been told.
 *
 * @module
 */

import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../boundary/protocol.ts";
import type { SessionSetup } from "../../boundary/session.ts";

/** So much may come in addition. */
export interface Credit {
  readonly messages: number;
  readonly bytes: number;
  /** With a session: all messages up to this number are consumed. */
  readonly upTo?: number;
}

const NO_CREDIT: Credit = { messages: 0, bytes: 0 };

/** The consumption of one connection's incoming messages. */
export class Consumption {
  /** With a session: when a message counts as consumed. */
  readonly #ack: SessionSetup["ack"] | undefined;
  #credit = NO_CREDIT;
  #given = 0;
  #consumed = 0;
  /** Up to which number the worker knows it. */
  #reported = 0;

  /** Starts with nothing consumed; `ack` only with a session. */
  constructor(ack: SessionSetup["ack"] | undefined) {
    this.#ack = ack;
  }

  /** Whether each message counts, since there is a session. */
  get isExact(): boolean {
    return this.#ack !== undefined;
  }

  /** The number of the last message that was given to the application. */
  get given(): number {
    return this.#given;
  }

  /** With a session: the number of the last message that is consumed. */
  get consumed(): number {
    return this.#consumed;
  }

  /**
   * Little credit is not worth a record of its own: it goes along with what
   * else is said, and the worker has the rest of the window meanwhile. A session
   * acknowledges what is consumed, so that does not wait.
   */
  get isDue(): boolean {
    const { messages, bytes } = this.#credit;
    return this.#reported < this.#consumed ||
      messages * 4 >= RECEIVE_WINDOW_MESSAGES ||
      bytes * 4 >= RECEIVE_WINDOW_BYTES;
  }

  /** All messages up to this number have arrived. */
  arrived(number: number): void {
    if (this.#ack === "received") this.#consumed = number;
  }

  /** The message with this number is given to the application. */
  give(number: number): void {
    this.#given = number;
  }

  /** The application is done with all that it was given. */
  finish(): void {
    if (this.#ack === "consumed") this.#consumed = this.#given;
  }

  /** The application says that it is done with all up to this number. */
  acknowledge(number: number): void {
    this.#consumed = Math.max(this.#consumed, Math.min(number, this.#given));
  }

  /** There is room for so many more. */
  add(messages: number, bytes: number): void {
    const { messages: before, bytes: size } = this.#credit;
    this.#credit = { messages: before + messages, bytes: size + bytes };
  }

  /** What the worker has not been told, which it is told now. */
  take(): Credit {
    const credit = this.#credit;
    this.#credit = NO_CREDIT;
    if (this.#reported >= this.#consumed) return credit;
    this.#reported = this.#consumed;
    return { ...credit, upTo: this.#consumed };
  }

  /** The worker's successor knows of no credit. */
  restart(): void {
    this.#credit = NO_CREDIT;
    this.#reported = 0;
  }
}
