/**
 * A connection's place in the worker that there is now.
 *
 * @module
 */

import type { Command } from "../../boundary/protocol.ts";
import {
  append,
  type Courier,
  type Post,
  postOf,
  type Speaker,
} from "./post_sender.ts";

/** What a tenant has of the present worker, and says to it. */
export class Seat {
  /** The connection's id, which no other connection had or will have. */
  readonly id: number;
  readonly #tenant: Speaker;
  readonly #courier: Courier;
  #staged: Post | undefined;

  /** Gives a tenant a seat in the worker of this courier. */
  constructor(id: number, tenant: Speaker, courier: Courier) {
    this.id = id;
    this.#tenant = tenant;
    this.#courier = courier;
  }

  /** Commands, and messages that must precede one of them, in their order. */
  get staged(): Post {
    return this.#staged ??= postOf([]);
  }

  /** Asks for a turn to speak. */
  request(): void {
    this.#courier.request(this.#tenant);
  }

  /** Has a command go out in the tenant's next turn, after what is staged. */
  command(command: Command): void {
    this.staged.records.push(command);
    this.request();
  }

  /** Adds what is staged, with which each turn begins. */
  speak(post: Post): void {
    if (this.#staged !== undefined) append(post, this.#staged);
    this.#staged = undefined;
  }
}
