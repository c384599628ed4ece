/**
 * A connection's place in the worker that there is now.
 *
 * @module
 */

import type { Command } from "../../boundary/protocol.ts";
import {
  append,
  type Post,
  postOf,
  type PostSender,
  type PostSource,
} from "./post_sender.ts";

/** What a tenant has of the present worker, and says to it. */
export class Attachment {
  /** The connection's id, which no other connection had or will have. */
  readonly id: number;
  readonly #connection: PostSource;
  readonly #sender: PostSender;
  #staged: Post | undefined;

  /** Gives a tenant a seat in the worker of this courier. */
  constructor(id: number, tenant: PostSource, courier: PostSender) {
    this.id = id;
    this.#connection = tenant;
    this.#sender = courier;
  }

  /** Commands, and messages that must precede one of them, in their order. */
  get staged(): Post {
    return this.#staged ??= postOf([]);
  }

  /** Asks for a turn to speak. */
  requestTurn(): void {
    this.#sender.requestTurn(this.#connection);
  }

  /** Has a command go out in the tenant's next turn, after what is staged. */
  send(command: Command): void {
    this.staged.records.push(command);
    this.requestTurn();
  }

  /** Adds what is staged, with which each turn begins. */
  fill(post: Post): void {
    if (this.#staged !== undefined) append(post, this.#staged);
    this.#staged = undefined;
  }
}
