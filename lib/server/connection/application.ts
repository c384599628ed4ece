/**
 * Calls of the application for one connection.
 *
 * @module
 */

import type {
  ServerAttached,
  ServerEffect,
  ServerEvent,
  ServerNews,
} from "../../session/server/state.ts";
import { HandlerRun, messageId } from "./handler_run.ts";
import { callApplication, endedInfo, type ServerNode } from "./node.ts";
import { ReplyBudget } from "./reply_budget.ts";
import type { Payload } from "../../session/wire/payload.ts";
import type { Session } from "../api/session.ts";

type EffectOf<T extends ServerEffect["type"]> = Extract<
  ServerEffect,
  { type: T }
>;

/** How a call of the handler has ended. */
type HandlerEnd = Extract<ServerEvent, { type: "handled" | "failed" }>;

/** The application, as a connection with a session calls it. */
export class ApplicationCalls {
  readonly #node: ServerNode;
  readonly #session: Session;
  /** The largest message that the client takes, in bytes. */
  readonly #maxMessage: number;
  readonly #replies: ReplyBudget;
  /** The next message, while the client has too many replies to consume. */
  #next: EffectOf<"handle"> | undefined;
  #run: HandlerRun | undefined;

  /** For a session that a connection has. */
  constructor(
    node: ServerNode,
    { session, maxMessage }: {
      readonly session: Session;
      readonly maxMessage: number;
    },
  ) {
    this.#node = node;
    this.#session = session;
    this.#maxMessage = maxMessage;
    this.#replies = new ReplyBudget(node.settings.bounds);
  }

  /** A message may be handled. */
  offer(message: EffectOf<"handle">): void {
    this.#next = message;
  }

  /** Replies were stored; the last one has this number. */
  stored(last: number, replies: readonly Payload[]): void {
    this.#replies.store(last, replies);
  }

  /**
   * Handles the message that was offered, unless the client has too many replies
   * to consume. Without a client nobody is waited for.
   */
  handleNext(
    { credit, last, peer, departure }: ServerAttached,
  ): HandlerEnd | Promise<HandlerEnd> | undefined {
    const next = this.#next;
    if (next === undefined) return undefined;
    const mayWait = peer === "connected" && departure === undefined;
    if (mayWait && this.#replies.isSpent(credit.acked, last)) return undefined;
    this.#next = undefined;
    return this.#handle(next);
  }

  #handle(
    { seq, data, redelivered }: EffectOf<"handle">,
  ): HandlerEnd | Promise<HandlerEnd> {
    const session = this.#session;
    const maxMessage = this.#maxMessage;
    if (redelivered) this.#node.counters.add("redelivered");
    this.#run = new HandlerRun({ session, seq, data, redelivered, maxMessage });
    try {
      const replies = this.#run.run(this.#node.handler);
      return replies instanceof Promise
        ? replies.then(
          (later) => this.#handled(seq, later),
          (error) => this.#failed(seq, error),
        )
        : this.#handled(seq, replies);
    } catch (error) {
      return this.#failed(seq, error);
    }
  }

  #handled(seq: number, replies: readonly Payload[]): HandlerEnd {
    this.#replies.reserve(replies);
    return { type: "handled", seq, replies };
  }

  #failed(seq: number, error: unknown): HandlerEnd {
    const { counters, logger } = this.#node;
    counters.add("failed");
    logger.error("A message could not be handled", {
      ...{ session: this.#session.id, seq, error },
    });
    return { type: "failed", seq };
  }

  /** Tells the running handler that its work is for nothing. */
  abort(): void {
    this.#run?.abort();
  }

  /** A message may have been handled before, and is not again. */
  report({ seq, data }: EffectOf<"report">): void {
    const session = this.#session;
    const id = messageId(session.id, seq);
    this.#call((handler) => handler.uncertain?.(session, { id, seq, data }));
  }

  /** Tells the application what became of the session. */
  onNews(news: ServerNews): void {
    const { counters } = this.#node;
    const session = this.#session;
    switch (news.kind) {
      case "opened": {
        const { lost } = news;
        counters.add("opened");
        if (lost !== undefined) counters.add("lost");
        return this.#call((handler) => handler.opened?.(session, { lost }));
      }
      case "resumed": {
        const { orphans, forgotten, uncertain } = news;
        const info = { orphans, forgotten, uncertain };
        counters.add("resumed");
        return this.#call((handler) => handler.resumed?.(session, info));
      }
      case "detached":
        return this.#call((handler) => handler.detached?.(session));
      case "ended":
        return this.#onEnded(news);
    }
  }

  #onEnded(
    { why, answer, failed }: Extract<ServerNews, { kind: "ended" }>,
  ): void {
    const info = endedInfo(why, answer);
    const message = failed === 0 ? undefined : this.#run?.input;
    const told = message === undefined
      ? info
      : { ...info, failed: { seq: message.seq, data: message.data } };
    this.#node.counters.add("ended");
    this.#call((handler) => handler.ended?.(this.#session, told));
  }

  #call(
    call: (handler: ServerNode["handler"]) => void | Promise<void> | undefined,
  ): void {
    const { logger, handler } = this.#node;
    callApplication(logger, () => call(handler));
  }
}
