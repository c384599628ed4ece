/**
 * Calls of the application for one connection.
 *
 * @module
 */

import type {
  ServerAttached,
  ServerContext,
  ServerEffect,
  ServerEvent,
  ServerNews,
} from "../../session/server/state.ts";
import { following } from "../../session/server/claim.ts";
import { mayBegin } from "../../session/server/lease.ts";
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
type Handled = Extract<HandlerEnd, { type: "handled" }>;
type HandlerResult = HandlerEnd | Promise<HandlerEnd>;
type Unready = Extract<ServerEvent, { type: "renew" | "unbegun" }>;

const NOTHING: readonly HandlerResult[] = [];
const RENEWAL: readonly Unready[] = [{ type: "renew" }];

/** The application, as a connection with a session calls it. */
export class ApplicationCalls {
  readonly #node: ServerNode;
  readonly #session: Session;
  /** The largest message that the client takes, in bytes. */
  readonly #maxMessage: number;
  readonly #replies: ReplyBudget;
  /** A client that has left consumes nothing any more, and does not come back. */
  #client: "there" | "left" = "there";
  /** The next message, while the client has too many replies to consume. */
  #next: EffectOf<"handle"> | undefined;
  /** The message that has begun before the machine has asked for it. */
  #begun = 0;
  #run: HandlerRun | undefined;

  /** For a session that a connection has. */
  constructor(
    node: ServerNode,
    { session, maxMessage, stored }: {
      readonly session: Session;
      readonly maxMessage: number;
      /** What waits for the client in the store, in bytes. */
      readonly stored: number;
    },
  ) {
    this.#node = node;
    this.#session = session;
    this.#maxMessage = maxMessage;
    this.#replies = new ReplyBudget(node.settings.bounds, stored);
  }

  /** A message may be handled, unless that has begun already. */
  offer(message: EffectOf<"handle">): void {
    const hasBegun = message.seq === this.#begun && !message.redelivered;
    if (!hasBegun) this.#next = message;
  }

  /** The client has left: no message waits for it. */
  leave(): void {
    this.#client = "left";
  }

  /** Replies were stored; now so many bytes wait for the client. */
  stored(bytes: number, replies: readonly Payload[]): void {
    this.#replies.store(bytes, replies);
  }

  /**
   * Handles the message that was offered, and those that follow it as long as
   * each is handled at once: the machine gets their results together.
   *
   * @returns The events for the machine, in this order.
   */
  handleNext(
    state: ServerAttached,
    context: ServerContext,
  ): readonly (HandlerResult | Unready)[] {
    const next = this.#next;
    if (next === undefined) return NOTHING;
    const mustWait = this.#mustWait(state);
    const departure = state.departure?.kind;
    if (departure === "yield" || departure === "detach" && mustWait) {
      this.#next = undefined;
      return [{ type: "unbegun", seq: next.seq }];
    }
    if (mustWait) return NOTHING;
    if (!mayBegin(state, context)) {
      return state.step === undefined ? RENEWAL : NOTHING;
    }
    this.#next = undefined;
    const result = this.#handle(next);
    return isHandled(result)
      ? this.#handleOn(result, { state, context })
      : [result];
  }

  /** Whether the client must consume replies first, unless it never comes back. */
  #mustWait({ credit, last, departure }: ServerAttached): boolean {
    const isGone = this.#client === "left" || departure?.kind === "bye" ||
      departure !== undefined && this.#session.client === "plain";
    return !isGone && this.#replies.isSpent(credit.acked, last);
  }

  #handleOn(
    first: Handled,
    { state, context }: {
      readonly state: ServerAttached;
      readonly context: ServerContext;
    },
  ): readonly HandlerResult[] {
    let { seq, replies } = first;
    for (;;) {
      const incoming = following(state, seq, context);
      if (incoming === undefined || this.#mustWait(state)) break;
      const { data } = incoming;
      const result = this.#handle({ seq: seq + 1, data, redelivered: false });
      if (!isHandled(result)) {
        this.#begun = seq + 1;
        return [{ ...first, seq, replies }, result];
      }
      seq += 1;
      if (result.replies.length > 0) replies = [...replies, ...result.replies];
    }
    return [{ ...first, seq, replies }];
  }

  #handle(
    { seq, data, redelivered }: Omit<EffectOf<"handle">, "type">,
  ): HandlerResult {
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

  /** Known in a later turn: a handler that fails at once does not block the thread. */
  async #failed(seq: number, error: unknown): Promise<HandlerEnd> {
    const { counters, logger, settings: { clock } } = this.#node;
    counters.add("failed");
    logger.error("A message could not be handled", {
      ...{ session: this.#session.id, seq, error },
    });
    await new Promise<void>((resolve) => clock.task(resolve));
    return { type: "failed", seq };
  }

  /** Fires the running handler's signal: its result is not used any more. */
  abort(): void {
    this.#run?.abort();
  }

  /** A message may have been handled before, and is not again. */
  report({ seq, data }: EffectOf<"report">): void {
    const session = this.#session;
    const id = messageId(session.id, seq);
    this.#call((handler) => handler.uncertain?.(session, { id, seq, data }));
  }

  /** Reports to the application what became of the session. */
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
    const reported = message === undefined
      ? info
      : { ...info, failed: { seq: message.seq, data: message.data } };
    this.#node.counters.add("ended");
    this.#call((handler) => handler.ended?.(this.#session, reported));
  }

  #call(
    call: (handler: ServerNode["handler"]) => void | Promise<void> | undefined,
  ): void {
    const { logger, handler } = this.#node;
    callApplication(logger, () => call(handler));
  }
}

function isHandled(result: HandlerResult): result is Handled {
  return "type" in result && result.type === "handled";
}
