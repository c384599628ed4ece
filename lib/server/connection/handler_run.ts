/**
 * One call of the application's handler for one message.
 *
 * @module
 */

import { type Payload, payloadBytes } from "../../session/wire/payload.ts";
import { SessionSendError } from "../api/errors.ts";
import {
  payloadOf,
  type Session,
  type SessionData,
  type SessionHandler,
  type SessionMessage,
} from "../api/session.ts";

/** What the handler is called with. */
export interface HandlerInput {
  readonly session: Session;
  readonly seq: number;
  readonly data: Payload;
  readonly redelivered: boolean;
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
}

/** A call of the handler, which may be running. */
export class HandlerRun {
  /** Made when the handler asks for its signal, or when it fires. */
  #controller: AbortController | undefined;
  readonly #replies: Payload[] = [];
  readonly #input: HandlerInput;
  #isOver = false;

  /** Prepares a call. */
  constructor(input: HandlerInput) {
    this.#input = input;
  }

  /** The message. */
  get input(): HandlerInput {
    return this.#input;
  }

  /**
   * Calls the handler.
   *
   * @returns The replies: at once if the handler returns at once.
   * @throws What the handler throws; a promise of it rejects.
   */
  run(
    handler: SessionHandler,
  ): readonly Payload[] | Promise<readonly Payload[]> {
    let result: void | Promise<void>;
    try {
      result = handler.message(this.#input.session, new RunMessage(this));
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    if (result !== undefined) return this.#finish(result);
    this.#isOver = true;
    return this.#replies;
  }

  /** The session was taken over, or has ended. */
  abort(): void {
    this.#aborts.abort(
      new DOMException("The session is held elsewhere", "AbortError"),
    );
  }

  async #finish(result: Promise<void>): Promise<readonly Payload[]> {
    try {
      await result;
      return this.#replies;
    } finally {
      this.#isOver = true;
    }
  }

  /** Fires with {@linkcode abort}. */
  get signal(): AbortSignal {
    return this.#aborts.signal;
  }

  get #aborts(): AbortController {
    return this.#controller ??= new AbortController();
  }

  /** As the application replies. */
  reply(data: SessionData): void {
    if (this.#isOver) {
      throw new TypeError("Cannot reply after the handler has finished");
    }
    const payload = payloadOf(data);
    requireSize(payload, this.#input.maxMessage);
    this.#replies.push(payload);
  }
}

/** A class, since an accessor in an object literal costs a microsecond. */
class RunMessage implements SessionMessage {
  readonly id: string;
  readonly seq: number;
  readonly data: Payload;
  readonly redelivered: boolean;
  readonly #run: HandlerRun;
  #reply: SessionMessage["reply"] | undefined;

  constructor(run: HandlerRun) {
    const { session, seq, data, redelivered } = run.input;
    this.id = messageId(session.id, seq);
    this.seq = seq;
    this.data = data;
    this.redelivered = redelivered;
    this.#run = run;
  }

  /** Made on first use, as a function that needs no `this`. */
  get reply(): SessionMessage["reply"] {
    return this.#reply ??= (data) => this.#run.reply(data);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }
}

/** Names a message among those of all sessions. */
export function messageId(session: string, seq: number): string {
  return `${session}/${seq}`;
}

/** @throws {SessionSendError} If the client takes no message of this size. */
export function requireSize(payload: Payload, maxMessage: number): void {
  // Counting searches the text; a UTF-16 unit has at most three bytes.
  if (payload.length * 3 <= maxMessage) return;
  const bytes = payloadBytes(payload);
  if (bytes <= maxMessage) return;
  throw new SessionSendError(
    "too-large",
    `Cannot send ${bytes} bytes: the client takes up to ${maxMessage}`,
  );
}
