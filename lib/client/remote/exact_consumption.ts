/**
 * Counts for a session which message was consumed last.
 *
 * @module
 */

import type { SessionSetup } from "../../boundary/session.ts";
import type { Credit } from "./consumption.ts";

/** The consumption of a connection with a session, which acknowledges it. */
export class ExactConsumption {
  /** When a message counts as consumed. */
  readonly #ack: SessionSetup["ack"];
  #arrived = 0;
  #given = 0;
  #consumed = 0;
  /** The last number that was reported to the worker. */
  #reported = 0;

  /** Starts with nothing consumed. */
  constructor(ack: SessionSetup["ack"]) {
    this.#ack = ack;
  }

  /** The number of the last message that has arrived. */
  get last(): number {
    return this.#arrived;
  }

  /** The number of the last message that was given to the application. */
  get given(): number {
    return this.#given;
  }

  /** The number of the last message that is consumed. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Whether to report at once: the server waits for the acknowledgement. */
  get isDue(): boolean {
    return this.#reported < this.#consumed;
  }

  /** All messages up to this number have arrived. */
  arrived(number: number): void {
    this.#arrived = number;
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

  /** Adds to credit what is consumed, if the worker does not know it. */
  take(credit: Credit | undefined): Credit | undefined {
    if (this.#reported >= this.#consumed) return credit;
    this.#reported = this.#consumed;
    return { messages: 0, bytes: 0, ...credit, upTo: this.#consumed };
  }

  /**
   * The worker's successor knows of nothing.
   *
   * @returns The number that it counts on from.
   */
  restart(): number {
    this.#reported = 0;
    return this.#arrived;
  }
}
