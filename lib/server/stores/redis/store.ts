/**
 * Sessions in Redis, for any number of server nodes.
 *
 * @module
 */

import { type Clock, PLATFORM_CLOCK } from "../../../platform/clock.ts";
import { endReason } from "../../../session/store/record.ts";
import type { Lease, SessionStore } from "../../../session/store/store.ts";
import type { Payload } from "../../../session/wire/payload.ts";
import { SessionStoreError } from "../store_error.ts";
import { adviceOn } from "./advice.ts";
import {
  acceptAnswer,
  appendAnswer,
  attachAnswer,
  endAnswer,
  listOf,
  numberOf,
  storedOf,
} from "./answers.ts";
import {
  argumentOf,
  type RedisArgument,
  type RedisClient,
  requireOnce,
  textOf,
} from "./client.ts";
import { Channels } from "./channels.ts";
import { unavailable } from "./failures.ts";
import { EndTickets } from "./end_tickets.ts";
import { HeldSessions } from "./held_sessions.ts";
import { BUCKETS, KeySpace } from "./keys.ts";
import type { ScriptName } from "./lua.ts";
import { readNotice } from "./notices.ts";
import { type RedisStatus, ScriptRunner } from "./script_runner.ts";

/** What takes the store's log records. `console` fits. */
export interface RedisStoreLogger {
  /** Takes normal events. */
  info(message: string, ...data: unknown[]): unknown;
  /** Takes problems, and settings of Redis that should be changed. */
  warn(message: string, ...data: unknown[]): unknown;
}

/** What a Redis store depends on. */
export interface RedisStoreOptions {
  /** A connected client, for commands. It stays the application's. */
  readonly client: RedisClient;
  /** Another one, for notices: Redis allows nothing else on its connection. */
  readonly subscriber: RedisClient;
  /**
   * What the names of all keys and channels begin with.
   *
   * @default {"hf:"}
   */
  readonly prefix?: string;
  /**
   * How long an answer of Redis may take, in milliseconds.
   *
   * @default {2_000}
   */
  readonly timeout?: number;
  /** Takes log records. */
  readonly logger?: RedisStoreLogger;
  /**
   * Sessions expire by this clock, which counts from the epoch.
   *
   * @default {the clock of Redis}
   */
  readonly clock?: Pick<Clock, "wallNow">;
}

/** A store in Redis. */
export interface RedisStore extends SessionStore {
  /** Whether Redis can be used now. */
  readonly status: RedisStatus;
}

/**
 * Keeps sessions in Redis 7 or newer, for any number of server nodes: a client
 * may come back to any of them, and any of them may send to it.
 *
 * A promise of the store says what Redis says: with `appendfsync always` that it
 * is on the disk, with `everysec` that it is there within a second.
 *
 * While Redis is away, each step is rejected at once with a `SessionStoreError`
 * `unavailable`, clients are closed with 4503, and they come back. A step whose
 * answer was lost may have been done all the same: a message that `send()`
 * rejected may reach its client.
 *
 * @throws {TypeError} If a client of `ioredis` sends commands again by itself.
 * @throws {RangeError} If `prefix` or `timeout` cannot be used.
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const { timeout = 2_000 } = options;
  if (!Number.isSafeInteger(timeout) || timeout <= 0) {
    throw new RangeError(
      `Option "timeout" must be a whole number from 1, not ${timeout}`,
    );
  }
  requireOnce(options.client);
  return new RedisSessions({ ...options, timeout });
}

const SILENT: RedisStoreLogger = { info() {}, warn() {} };

class RedisSessions implements RedisStore {
  readonly #keys: KeySpace;
  readonly #runner: ScriptRunner;
  readonly #logger: RedisStoreLogger;
  readonly #clock: Pick<Clock, "wallNow"> | undefined;
  readonly #held = new HeldSessions();
  readonly #tickets = new EndTickets();
  readonly #work = new Set<Promise<unknown>>();
  readonly #channels: Channels;
  #closed = false;
  #isAdvised = false;

  constructor(
    { client, subscriber, prefix = "hf:", timeout, logger = SILENT, clock }:
      & RedisStoreOptions
      & { readonly timeout: number },
  ) {
    this.#keys = new KeySpace(prefix);
    this.#logger = logger;
    this.#clock = clock;
    this.#runner = new ScriptRunner({
      ...{ client, timeout, channels: this.#keys.channels },
      generationKey: this.#keys.generation,
      clock: PLATFORM_CLOCK,
      onStatus: (status, why) => this.#onStatus(status, why),
      onNewGeneration: () => this.#held.rollBack(),
    });
    this.#channels = new Channels({
      ...{ subscriber, timeout, clock: PLATFORM_CLOCK },
      publish: (...args) => this.#runner.command("PUBLISH", ...args),
      onLoss: () => void this.#recheck().catch(() => {}),
      onDeaf: (channel) =>
        logger.warn(`Redis: did not hear ${channel}, and subscribed again`),
    });
  }

  get generation(): string {
    return this.#runner.generation;
  }

  get status(): RedisStatus {
    return this.#runner.status;
  }

  readonly open: SessionStore["open"] = async (init) => {
    const { session, principal, meta, node, attempt, ttl, maxMessage } = init;
    const values = [principal, meta, node, attempt, ttl, maxMessage];
    const generation = textOf(await this.#step("open", session, values));
    if (generation === "") {
      throw new RangeError(`There is a session with the id ${session}`);
    }
    const lease = { session, fence: 1, generation };
    this.#held.add(lease, { node, last: 0 });
    return lease;
  };

  readonly attach: SessionStore["attach"] = async (claim) => {
    const { session, principal, counter, attempt, node, ttl } = claim;
    const { ack, first, last, takeover, maxMessage, have } = claim;
    const values = [
      ...[principal, counter, attempt, node, ttl],
      ...[ack, first, last, takeover, maxMessage],
      ...have.flat(),
    ];
    const reply = await this.#step("attach", session, values);
    const answer = attachAnswer(reply, claim);
    if (answer.kind === "attached") {
      this.#held.add(answer.lease, { node, last: answer.last });
    }
    return answer;
  };

  readonly append: SessionStore["append"] = async (
    session,
    messages,
    { maxMessages, maxBytes, overflow, maxMessage },
  ) => {
    const values = [
      ...[maxMessages, maxBytes, overflow, maxMessage],
      ...pairsOf(messages),
    ];
    return appendAnswer(await this.#step("append", session, values));
  };

  readonly accept: SessionStore["accept"] = async (step) => {
    const { lease, handled, claim, ack, counter, ttl, replies } = step;
    const answer = acceptAnswer(
      await this.#step("accept", lease.session, [
        ...[lease.fence, lease.generation],
        ...[handled, claim, ack, counter, ttl],
        ...pairsOf(replies),
      ]),
    );
    // Nobody else has the session: the data may have gone back.
    if (answer.kind === "fenced" && lease.generation !== this.generation) {
      throw unavailable("Redis has restarted");
    }
    // Without replies the node does not learn the last number: a message whose
    // notice was lost may have it.
    if (answer.kind === "accepted" && replies.length > 0) {
      this.#held.notice(lease, answer.last);
    }
    return answer;
  };

  readonly read: SessionStore["read"] = async (session, after, limit) =>
    storedOf(await this.#step("read", session, [after, limit]));

  readonly detach: SessionStore["detach"] = async (lease, ttl) => {
    const { session, fence, generation } = lease;
    this.#held.remove(lease);
    const values = [fence, generation, ttl];
    return numberOf(await this.#step("detach", session, values));
  };

  readonly touch: SessionStore["touch"] = (leases, ttl) =>
    this.#track(async () => {
      void this.#channels.verify();
      // A generation can end without a loss of the connection.
      await this.#runner.check();
      return await this.#touchAll(leases, `${ttl}`);
    });

  readonly end: SessionStore["end"] = async (session, condition, tombstone) => {
    const { kind } = condition;
    const lease = kind === "lease" ? condition.lease : undefined;
    // 0: for ten minutes, an end whose answer was lost can be asked for again.
    const kept = tombstone || 600_000;
    const { fence = "", generation = "" } = lease ?? {};
    const values = [kind, endReason(condition), fence, generation, kept];
    const tickets = this.#tickets.take(session);
    const reply = await this.#step("end", session, [...values, ...tickets])
      .catch((error) => {
        this.#tickets.giveBack(session, tickets);
        throw error;
      });
    const answer = endAnswer(reply);
    if (answer.kind !== "ended") return answer;
    this.#held.forget(session);
    // Without it, they go with the tombstone.
    if (answer.unconsumed.length > 0) {
      this.#step("confirmEnd", session, []).catch(() => {});
    }
    return answer;
  };

  readonly due: SessionStore["due"] = (limit) =>
    this.#track(async () => {
      const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
      const found = await Promise.all(buckets.map(async (bucket) => {
        const values = [this.#now(), `${limit}`, this.#keys.recordsOf(bucket)];
        const keys = this.#keys.endsOf(bucket);
        return listOf(await this.#runner.run("due", keys, values));
      }));
      return found.flat().slice(0, limit).map(textOf);
    });

  readonly listen: SessionStore["listen"] = (node, listener) =>
    this.#track(async () => {
      const channel = `${this.#keys.channels}${node}`;
      const subscription = await this.#channels.listen(channel, (message) => {
        const notice = readNotice(message, this.#runner.generation);
        if (notice !== undefined) this.#held.deliver(node, notice);
      });
      // Only now: it would stay if Redis refused the channel.
      const forget = this.#held.listen(node, listener);
      const end = () => {
        subscription[Symbol.dispose]();
        forget();
        return Promise.resolve();
      };
      return { [Symbol.asyncDispose]: end };
    });

  /** Finishes all steps. The clients stay as they are. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#work.size > 0) await Promise.allSettled([...this.#work]);
    await this.#channels[Symbol.asyncDispose]();
    this.#held.silence();
    await this.#runner[Symbol.asyncDispose]();
  }

  #step(
    name: ScriptName,
    session: string,
    values: readonly (string | number | RedisArgument)[],
  ): Promise<unknown> {
    return this.#track(() => {
      const { record, log, ends } = this.#keys.of(session);
      const args = values.map((value) =>
        typeof value === "number" ? `${value}` : value
      );
      return this.#runner.run(name, [record, log, ends], [
        ...[this.#now(), session],
        ...args,
      ]);
    });
  }

  /** Sessions of a bucket go together. */
  async #touchAll(
    leases: readonly Lease[],
    ttl: string,
  ): Promise<readonly Lease[]> {
    const groups = Map.groupBy(
      leases,
      ({ session }) => this.#keys.of(session).bucket,
    );
    const ended = await Promise.all(
      [...groups.values()].map((group) => this.#touch(group, ttl)),
    );
    return ended.flat();
  }

  async #touch(
    leases: readonly Lease[],
    ttl: string,
  ): Promise<readonly Lease[]> {
    const keys = leases.flatMap(({ session }) => {
      const { record, ends } = this.#keys.of(session);
      return [record, ends];
    });
    const values = leases.flatMap(({ session, fence, generation }) => [
      ...[session, `${fence}`, generation],
    ]);
    const reply = await this.#runner.run("touch", keys, [
      ...[this.#now(), ttl],
      ...values,
    ]);
    const lasts = listOf(reply).map(numberOf);
    return leases.filter((lease, index) => {
      const last = lasts[index]!;
      // If a notice was lost, the node knows a lower number than this.
      if (last >= 0) this.#held.catchUp(lease, last);
      return last < 0;
    });
  }

  /** Finds out what notices were lost. */
  #recheck(): Promise<void> {
    return this.#track(async () => {
      const leases = this.#held.leases();
      if (leases.length === 0) return;
      const ended = await this.#touchAll(leases, "");
      for (const lease of ended) this.#held.fence(lease);
    });
  }

  /** Empty for the clock of Redis. */
  #now(): string {
    return this.#clock === undefined ? "" : `${this.#clock.wallNow()}`;
  }

  #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      const message = "The session store is closed";
      return Promise.reject(new SessionStoreError("closed", message));
    }
    const running = work();
    const settled: Promise<unknown> = running.catch(() => {})
      .finally(() => this.#work.delete(settled));
    this.#work.add(settled);
    return running;
  }

  #onStatus(status: RedisStatus, why: string): void {
    if (status === "closed") return;
    if (status === "degraded") this.#logger.warn(why);
    else this.#logger.info(`The session store is ${status}`);
    if (status !== "ready" || this.#isAdvised) return;
    this.#isAdvised = true;
    this.#track(() => this.#advise()).catch(() => {});
  }

  async #advise(): Promise<void> {
    const send = (...args: readonly [string, ...string[]]) =>
      this.#runner.command(...args);
    for (const each of await adviceOn(send)) {
      this.#logger.warn(`Redis: ${each}`);
    }
  }
}

function pairsOf(messages: readonly Payload[]): readonly RedisArgument[] {
  return messages.flatMap((data) => [
    typeof data === "string" ? "t" : "b",
    argumentOf(data),
  ]);
}
