/**
 * The channels of this process's nodes, subscribed to whatever happens to the
 * subscriber's connection.
 *
 * A client of `ioredis` never settles a command whose answer was lost, and forgets
 * a channel if its connection is lost again before it has subscribed anew. So
 * each wait has a limit here, and each channel sends itself a message: if that does
 * not come, it subscribes again.
 *
 * @module
 */

import {
  channelOf,
  type ClientChannel,
  isReady,
  type RedisClient,
  watch,
} from "./client.ts";
import { storeErrorOf } from "./failures.ts";
import { type WaitLimit, Waits, within } from "./within.ts";

/** What channels depend on. */
export interface ChannelsOptions extends WaitLimit {
  readonly subscriber: RedisClient;
  /** Sends a message to a channel over another connection. */
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  /** Called after messages may have been lost. */
  readonly onLoss: () => void;
  /** Called after a channel that received nothing has subscribed again. */
  readonly onDeaf: (channel: string) => void;
}

/** What a channel sends itself. No notice begins with this letter. */
const ECHO = "e";

/** All channels of one subscriber. */
export class Channels implements AsyncDisposable {
  readonly #options: ChannelsOptions;
  readonly #watch: Disposable;
  /** For answers that come over the present connection. */
  readonly #waits = new Waits();
  readonly #subscribed = new Set<Channel>();
  #verifying: Promise<void> | undefined;
  /** Connections that were made; one that is verified may be gone already. */
  #connections = 0;

  /** Takes a client that is connected, or connects by itself. */
  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#watch = watch(options.subscriber, {
      onReady: () => {
        this.#connections += 1;
        options.onLoss();
        // What is sent until the client has subscribed again does not arrive.
        void this.verify().then(options.onLoss);
      },
      onError: () => {},
      onLost: () => this.#waits.end("the connection was lost"),
    });
  }

  /**
   * Subscribes to a channel until it is disposed.
   *
   * @throws {SessionStoreError} `unavailable`, if Redis does not answer.
   */
  async listen(
    name: string,
    listener: (message: Uint8Array) => void,
  ): Promise<Disposable> {
    const channel = new Channel(this.#options.subscriber, { name, listener });
    try {
      await this.#wait(channel, channel.subscribe());
    } catch (error) {
      channel.leave();
      throw storeErrorOf(error);
    }
    this.#subscribed.add(channel);
    return {
      [Symbol.dispose]: () => {
        this.#subscribed.delete(channel);
        channel.leave();
      },
    };
  }

  /** Subscribes again to each channel that receives nothing. Never rejects. */
  verify(): Promise<void> {
    return this.#verifying ??= this.#verifyAll().finally(() => {
      this.#verifying = undefined;
    });
  }

  /** Leaves all channels. Does not wait for Redis, which may be away. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    for (const channel of this.#subscribed) channel.leave();
    this.#subscribed.clear();
    await this.#verifying;
  }

  async #verifyAll(): Promise<void> {
    for (let verified = -1; verified !== this.#connections;) {
      verified = this.#connections;
      if (!isReady(this.#options.subscriber)) return;
      await Promise.all(
        [...this.#subscribed].map((channel) =>
          this.#verify(channel).catch(() => {})
        ),
      );
    }
  }

  async #verify(channel: Channel): Promise<void> {
    const { subscriber, publish, onDeaf, onLoss } = this.#options;
    // Only a ping shows that a connection is lost. When its answer comes, the
    // client has done the subscriptions that it makes by itself.
    const answer = subscriber.ping?.() ?? Promise.resolve();
    await this.#wait(channel, answer);
    const echo = channel.next();
    await this.#wait(channel, publish(channel.name, ECHO));
    try {
      await this.#wait(channel, echo);
    } catch {
      // After a loss, `verify()` runs again as soon as it is connected.
      if (channel.hasLeft || !isReady(subscriber)) return;
      await this.#wait(channel, channel.renew());
      onDeaf(channel.name);
      onLoss();
    }
  }

  /**
   * Waits for something.
   *
   * @throws {SessionStoreError} If it does not come in time, the channel leaves, or
   * the connection is lost.
   */
  async #wait(channel: Channel, answer: Promise<unknown>): Promise<void> {
    const waits = [this.#waits, channel.waits];
    const answered = within(answer, this.#options, waits);
    if (channel.hasLeft) channel.waits.end(LEFT);
    await answered;
  }
}

const LEFT = "the channel is left";

/** One channel. */
class Channel {
  readonly name: string;
  /** Waits that end when the channel is left. */
  readonly waits = new Waits();
  readonly #client: ClientChannel;
  #next = Promise.withResolvers<void>();
  #state: "subscribed" | "left" = "subscribed";

  constructor(
    subscriber: RedisClient,
    { name, listener }: {
      readonly name: string;
      readonly listener: (message: Uint8Array) => void;
    },
  ) {
    this.name = name;
    this.#client = channelOf(subscriber, name, (message) => {
      // A request whose answer was lost may be fulfilled later.
      if (this.#state === "left") return;
      this.#next.resolve();
      listener(message);
    });
  }

  get hasLeft(): boolean {
    return this.#state === "left";
  }

  /** Resolves with the next message. */
  next(): Promise<void> {
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  subscribe(): Promise<unknown> {
    return this.#client.subscribe();
  }

  renew(): Promise<unknown> {
    return this.#client.renew();
  }

  leave(): void {
    this.#state = "left";
    this.waits.end(LEFT);
    this.#client.leave();
  }
}
