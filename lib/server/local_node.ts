/**
 * One server as a node of its store: messages to sessions, ends, leases, and
 * what is over.
 *
 * @module
 */

import { randomHex } from "../platform/random_hex.ts";
import type {
  AcceptAnswer,
  AcceptStep,
  AppendAnswer,
  Appended,
  EndAnswer,
  EndCondition,
  Lease,
  SessionStore,
} from "../session/store/store.ts";
import { endReason } from "../session/store/record.ts";
import { SessionSendError } from "./api/errors.ts";
import { requireSize } from "./connection/handler_run.ts";
import { Counters } from "./api/metrics.ts";
import {
  callApplication,
  endedInfo,
  type EndRequest,
  type ServerNode,
} from "./connection/node.ts";
import {
  type SessionLogger,
  type SessionServerOptions,
  type Settings,
  settingsOf,
} from "./api/options.ts";
import { BusySessions } from "./admission/busy_sessions.ts";
import { RateLimit } from "./admission/rate_limit.ts";
import { SessionRegistry } from "./connection/registry.ts";
import { evict } from "./connection/requests.ts";
import { SendBatches } from "./send_batches.ts";
import {
  payloadOf,
  type SessionData,
  type SessionHandler,
  type SessionReference,
} from "./api/session.ts";
import { memoryStore } from "./stores/memory.ts";
import { Sweeper } from "./stores/sweeper.ts";
import { type SessionKey, Tokens } from "./admission/tokens.ts";

/** A lease, and how long it shall last. */
export interface HeldLease {
  readonly lease: Lease;
  readonly ttl: number;
}

/** The window of the limit `resumes`, in milliseconds. */
const RESUME_WINDOW = 10_000;
/** Leases that are prolonged in one step: more would keep the event loop for too long. */
const TOUCH_LIMIT = 512;

type Refusal = Exclude<AppendAnswer, Appended>;

const EXPIRED = { kind: "expired" } as const;

const SILENT: SessionLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

interface UnansweredEnd {
  readonly id: string;
  readonly request: EndRequest;
}

/** What the connections of a server share. */
export class LocalNode implements ServerNode, AsyncDisposable {
  readonly name: string = randomHex(8);
  readonly settings: Settings;
  readonly store: SessionStore;
  readonly tokens: Tokens;
  readonly authenticate: SessionServerOptions["authenticate"];
  readonly handler: SessionHandler;
  readonly registry: SessionRegistry = new SessionRegistry();
  readonly resumes: RateLimit;
  readonly busy: BusySessions = new BusySessions();
  readonly counters: Counters = new Counters();
  readonly logger: SessionLogger;
  readonly #sends: SendBatches;
  #listening: Promise<AsyncDisposable> | undefined;
  readonly #ownStore: SessionStore | undefined;
  readonly #whenIdle = new Set<() => void>();
  /** Ends that the store has not answered: they may be done or not. */
  readonly #unanswered = new Map<string, UnansweredEnd>();
  #running = 0;
  readonly #sweeper: Sweeper;

  /** Subscribes to the store's notices. */
  constructor(options: SessionServerOptions) {
    const { clock, limits, config } = this.settings = settingsOf(options);
    this.tokens = new Tokens(keysOf(options.key));
    this.authenticate = options.authenticate;
    this.handler = options.handler;
    this.logger = options.logger ?? SILENT;
    this.resumes = new RateLimit(limits.resumes, RESUME_WINDOW);
    this.#ownStore = options.store === undefined
      ? memoryStore({ clock })
      : undefined;
    this.store = options.store ?? this.#ownStore!;
    this.#sends = new SendBatches({
      store: this.store,
      bounds: this.settings.bounds,
      onStored: (id, answer, count) => this.#onStored(id, answer, count),
      onRefused: (id, answer, count) => this.#onRefused(id, answer, count),
      errorOf: sendErrorOf,
    });
    this.#sweeper = new Sweeper({
      ...{ store: this.store, clock, ttl: config.ttl },
      end: (id) => this.end(id, EXPIRED),
    });
    this.track(this.ready);
  }

  /** Resolves when the node receives the store's notices; tries again if that failed. */
  get ready(): Promise<unknown> {
    return this.#listening ??= this.#listen();
  }

  /** A session by its id. */
  session(id: string): SessionReference {
    return {
      id,
      send: (data) => this.#send(id, data),
      end: () => this.end(id, { kind: "always", why: "ended" }),
    };
  }

  /** Gives a step to the store; its replies follow all that was sent before. */
  accept(step: AcceptStep): Promise<AcceptAnswer> {
    const { replies, lease } = step;
    const sent = replies.length === 0
      ? undefined
      : this.#sends.settled(lease.session);
    return sent === undefined
      ? this.store.accept(step)
      : sent.then(() => this.store.accept(step));
  }

  /** Ends a session, and notifies the application if this was its end. */
  end(
    id: string,
    condition: EndCondition,
    tombstone: number = this.settings.tombstone,
  ): Promise<void> {
    const request = this.#endRequest(id, condition);
    return this.askEnd(id, { ...request, tombstone });
  }

  /** Asks the store to end a session; asks again later if the store fails. */
  askEnd(id: string, request: EndRequest): Promise<void> {
    const sent = this.#sends.settled(id);
    return sent === undefined
      ? this.#askEnd(id, request)
      : sent.then(() => this.#askEnd(id, request));
  }

  async #askEnd(id: string, request: EndRequest): Promise<void> {
    const done = this.begin();
    try {
      const { condition, tombstone = this.settings.tombstone } = request;
      const answer = await this.store.end(id, condition, tombstone);
      request.onAnswer(answer);
    } catch (error) {
      // A sweep may ask again as well: one request of a kind is enough.
      const key = `${request.condition.kind} ${id}`;
      this.#unanswered.set(key, { id, request });
      throw error;
    } finally {
      done();
    }
  }

  /** Begins a request to the store. Returns what is to be called at its end. */
  begin(): () => void {
    this.#running += 1;
    return this.#end;
  }

  /** `settled()` waits for this work. A rejection counts as a store failure. */
  track(work: Promise<unknown>): void {
    const done = this.begin();
    work.catch((error) => this.onStoreFailure(error)).finally(done);
  }

  /** Counts and logs a failure of the store. */
  onStoreFailure(error: unknown): void {
    this.#sweeper.noteFailure();
    this.counters.add("storeFailures");
    this.logger.error("The session store failed", { error });
  }

  /** Prolongs leases, ends expired sessions, and forgets those that it no longer has. */
  maintain(leases: readonly HeldLease[]): void {
    const now = this.settings.clock.now();
    this.resumes.forget(now);
    this.busy.forget(now);
    this.registry.forget(now);
    const byTtl = Map.groupBy(leases, ({ ttl }) => ttl);
    const touched = [...byTtl].map(([ttl, held]) =>
      this.#touch(held.map(({ lease }) => lease), ttl)
    );
    for (const each of touched) this.track(each);
    // What is held here is not over, however long the store was away.
    this.track(
      Promise.allSettled(touched).then(() => {
        this.#askAgain();
        return this.#sweeper.sweep();
      }),
    );
  }

  /** From now on, a sweep ends after its first part: a caller waits for the store. */
  stopSweeps(): void {
    this.#sweeper.stop();
  }

  /** Lets go of a session, which waits for its client from then on. */
  detach(lease: Lease, ttl: number): void {
    const detached = this.store.detach(lease, ttl);
    this.track(detached.then((bytes) => this.#resize(lease.session, bytes)));
  }

  /** Ends the oldest sessions without a connection while a limit is exceeded. */
  enforceLimits(): void {
    const { registry, settings: { limits } } = this;
    while (
      registry.detached > limits.detachedSessions ||
      registry.detachedBytes > limits.detachedBytes
    ) {
      evict(this, registry.oldestDetached()!);
    }
  }

  /** Resolves when the store has answered all requests. */
  async settled(): Promise<void> {
    await this.#sends.allSettled();
    while (this.#running > 0) {
      await new Promise<void>((resolve) => this.#whenIdle.add(resolve));
    }
  }

  /** Ends the subscription, and closes the store if it is this node's own. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    this.#askAgain();
    await this.settled();
    await this.tokens.ready();
    const listening = await this.#listening?.catch(() => undefined);
    await listening?.[Symbol.asyncDispose]();
    await this.#ownStore?.[Symbol.asyncDispose]();
  }

  /** One shared function, since almost each message makes a step. */
  readonly #end = (): void => {
    this.#running -= 1;
    if (this.#running > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle.clear();
  };

  async #listen(): Promise<AsyncDisposable> {
    try {
      const { store, registry, name } = this;
      return await store.listen(name, (notice) => registry.notify(notice));
    } catch (error) {
      this.#listening = undefined;
      throw error;
    }
  }

  #endRequest(id: string, condition: EndCondition): EndRequest {
    const onAnswer = (answer: EndAnswer) =>
      this.#onEndAnswer(id, { condition, answer });
    return { condition, onAnswer };
  }

  #onEndAnswer(
    id: string,
    { condition, answer }: {
      readonly condition: EndCondition;
      readonly answer: EndAnswer;
    },
  ): void {
    // Somebody has resumed it meanwhile.
    if (answer.kind === "fenced") return;
    this.registry.remove(id);
    if (answer.kind === "gone") return;
    this.counters.add("ended");
    const info = endedInfo(endReason(condition), answer);
    const { handler } = this;
    const session = this.session(id);
    callApplication(this.logger, () => handler.ended?.(session, info));
  }

  /**
   * A store that failed may have ended the session all the same, and only its
   * answer says what was not consumed. If it has not, and a client has resumed
   * the session meanwhile, the session goes on.
   */
  #askAgain(): void {
    for (const [key, { id, request }] of [...this.#unanswered]) {
      const isLease = request.condition.kind === "lease";
      if (!isLease && this.#sweeper.isWaiting) continue;
      this.#unanswered.delete(key);
      const condition = isLease ? request.condition : EXPIRED;
      this.track(this.askEnd(id, { ...request, condition }));
    }
  }

  /** Makes only one promise for each message. */
  #send(id: string, data: SessionData): Promise<void> {
    try {
      const payload = payloadOf(data);
      // Of one that is not connected here the store knows what its client takes.
      const known = this.registry.find(id);
      if (known?.owner !== undefined) requireSize(payload, known.maxMessage);
      return this.#sends.send(id, payload);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onStored(id: string, answer: Appended, count: number): void {
    this.counters.add("stored", count);
    this.counters.add("dropped", answer.dropped);
    this.#resize(id, answer.bytes);
  }

  async #onRefused(id: string, answer: Refusal, count: number): Promise<void> {
    this.counters.add("rejected", count);
    if (answer.kind !== "full" || this.settings.overflow !== "end") return;
    // At once, not behind the messages that are waiting: they wait for this.
    const condition = { kind: "always", why: "evicted" } as const;
    await this.#askEnd(id, this.#endRequest(id, condition));
  }

  #resize(id: string, bytes: number): void {
    this.registry.resize(id, bytes);
    this.enforceLimits();
  }

  /** Prolongs leases, and notifies connections whose lease has ended. */
  async #touch(leases: readonly Lease[], ttl: number): Promise<void> {
    const { clock } = this.settings;
    for (let at = 0; at < leases.length; at += TOUCH_LIMIT) {
      if (at > 0) await new Promise<void>((resolve) => clock.task(resolve));
      await this.#touchSome(leases.slice(at, at + TOUCH_LIMIT), ttl);
    }
  }

  async #touchSome(leases: readonly Lease[], ttl: number): Promise<void> {
    for (const lease of await this.store.touch(leases, ttl)) {
      const { session, fence } = lease;
      // Not "taken", which is final for the client. After "ended" it resumes,
      // and learns from the answer what became of the session.
      this.registry.notify({ type: "fenced", session, fence, why: "ended" });
    }
  }
}

function keysOf(key: SessionServerOptions["key"]): readonly SessionKey[] {
  return Array.isArray(key) ? key : [key as SessionKey];
}

function sendErrorOf(answer: Refusal): SessionSendError {
  switch (answer.kind) {
    case "gone":
      return new SessionSendError("gone", "The session has ended");
    case "too-large":
      return new SessionSendError(
        "too-large",
        `The client takes messages of up to ${answer.maxMessage} bytes`,
      );
    case "full":
      return new SessionSendError(
        "full",
        `The client has not consumed ${answer.messages} messages (${answer.bytes} bytes)`,
      );
  }
}
