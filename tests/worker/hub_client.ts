/**
 * The client's half of the boundary, by hand: an endpoint on this thread.
 *
 * @module
 */

import type { Config } from "../../lib/connection/config/config.ts";
import type { Command, Notice, Setup } from "../../lib/boundary/protocol.ts";
import { wantsAck } from "../../lib/boundary/post_window.ts";
import { type Batch, batchesOf } from "../../lib/boundary/batches.ts";
import { Hub } from "../../lib/worker/hub.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { SETUP, turn } from "../client/fake_worker.ts";
import { NOTHING } from "./session/stage.ts";
import {
  type FakeTransport,
  FakeTransports,
} from "../transport/fake_transport.ts";

/** A notice of one type. */
export type NoticeOf<T extends Notice["type"]> = Extract<
  Notice,
  { readonly type: T }
>;

/** What a connection reports: a notice, or messages. */
type ConnectionRecord =
  | ConnectionNotice
  | { readonly type: "messages" } & Batch;

/** A notice of one connection. */
type ConnectionNotice = Extract<Notice, { readonly id: number }>;

/** Waits for no attempt. */
export const AT_ONCE: Config["backoff"] = {
  strategy: "spread",
  first: 0,
  cap: 0,
  maxAttempts: Infinity,
  maxElapsed: Infinity,
};

/** A setup with some changes. */
export function setupWith(
  setup: Partial<Setup> = {},
  config: Partial<Config> = {},
): Setup {
  return { ...SETUP, ...setup, config: { ...SETUP.config, ...config } };
}

/** A hub and what it posts. */
export class HubClient implements Disposable {
  readonly transports: FakeTransports;
  readonly clock = new ManualClock();
  readonly hub: Hub;
  /** All that was posted, post by post. */
  readonly posts: (readonly Notice[])[] = [];
  /** Whether posts are acknowledged as they come. */
  acknowledges = true;
  readonly #seen = new Map<string, number>();
  #arrived = Promise.withResolvers<void>();

  constructor(transports: FakeTransports = new FakeTransports()) {
    this.transports = transports;
    this.hub = new Hub((notices) => this.#onPost(notices), {
      loadTransport: transports.load,
      clock: this.clock,
    });
  }

  /** All that was posted, in its order. */
  get notices(): readonly Notice[] {
    return this.posts.flat();
  }

  /** What a connection reported, in its order. */
  of(id: number): readonly ConnectionRecord[] {
    return this.notices.flatMap(recordsOf).filter((record) => record.id === id);
  }

  /** What a connection reported of this type. */
  all<T extends ConnectionNotice["type"]>(
    type: T,
    id = 1,
  ): readonly NoticeOf<T>[] {
    return this.of(id).filter((notice): notice is NoticeOf<T> =>
      notice.type === type
    );
  }

  /** All messages that have crossed. */
  messages(id = 1): readonly unknown[] {
    return this.batches(id).flatMap(({ messages }) => messages);
  }

  /** The same, as they crossed. */
  batches(id = 1): readonly Batch[] {
    return this.of(id).filter((record) => record.type === "messages")
      .map(({ type: _, ...batch }) => batch);
  }

  /** Posts commands. */
  say(...commands: Command[]): void {
    this.hub.receive(commands);
  }

  /** Starts a connection. */
  connect(setup: Setup = setupWith(), id = 1): void {
    const session = setup.session && NOTHING;
    this.say({ type: "connect", id, setup, ...session && { session } });
  }

  /** Starts a connection and opens it. */
  async open(setup: Setup = setupWith(), id = 1): Promise<FakeTransport> {
    const made = this.transports.next();
    this.connect(setup, id);
    const transport = (await made).opens();
    await this.next("opened", id);
    return transport;
  }

  /** Sends messages, numbered on from `first`. */
  send(first: number, ...messages: string[]): void {
    this.say({ type: "send", id: 1, first, messages });
  }

  /** The next notice of this type that was not asked for before. */
  async next<T extends ConnectionNotice["type"]>(
    type: T,
    id = 1,
  ): Promise<NoticeOf<T>> {
    const key = `${type} ${id}`;
    const index = this.#seen.get(key) ?? 0;
    this.#seen.set(key, index + 1);
    for (;;) {
      const notice = this.all(type, id)[index];
      if (notice !== undefined) return notice;
      await this.#arrived.promise;
    }
  }

  /** Waits one turn of the event loop: what was under way has been posted. */
  async settled(): Promise<void> {
    await turn();
  }

  /** Stops the hub. */
  [Symbol.dispose](): void {
    this.hub.stop();
  }

  #onPost(notices: readonly Notice[]): void {
    this.posts.push(notices);
    if (this.acknowledges && wantsAck(notices)) {
      // Not from within, as no port would.
      queueMicrotask(() => this.hub.receive([{ type: "ack" }]));
    }
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

function recordsOf(notice: Notice): readonly ConnectionRecord[] {
  if (notice.type !== "messages") return "id" in notice ? [notice] : [];
  return [...batchesOf(notice)].map((batch) => ({
    type: "messages",
    ...batch,
  }));
}
