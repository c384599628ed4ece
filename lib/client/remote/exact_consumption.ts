/**
 * Counts for a session which message was consumed last.
 *
 * @module
 */

import type { SessionSetup } from "../../boundary/session.ts";
import { Consumption, type Credit } from "./consumption.ts";

/** The consumption of a connection with a session, which acknowledges it. */
export class ExactConsumption extends Consumption {
  override readonly isExact = true;
  /** When a message counts as consumed. */
  readonly #ack: SessionSetup["ack"];
  #arrived = 0;
  #given = 0;
  #consumed = 0;
  /** Up to which number the worker knows it. */
  #reported = 0;

  /** Starts with nothing consumed. */
  constructor(ack: SessionSetup["ack"]) {
    super();
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

  /** What is consumed is acknowledged, so that does not wait. */
  override get isDue(): boolean {
    return this.#reported < this.#consumed || super.isDue;
  }

  override arrived(number: number): void {
    this.#arrived = number;
    if (this.#ack === "received") this.#consumed = number;
  }

  override give(number: number): void {
    this.#given = number;
  }

  override finish(): void {
    if (this.#ack === "consumed") this.#consumed = this.#given;
  }

  /** The application says that it is done with all up to this number. */
  acknowledge(number: number): void {
    this.#consumed = Math.max(this.#consumed, Math.min(number, this.#given));
  }

  override take(): Credit | undefined {
    const credit = super.take();
    if (this.#reported >= this.#consumed) return credit;
    this.#reported = this.#consumed;
    return { messages: 0, bytes: 0, ...credit, upTo: this.#consumed };
  }

  override restart(): number {
    super.restart();
    this.#reported = 0;
    return this.#arrived;
  }
}
