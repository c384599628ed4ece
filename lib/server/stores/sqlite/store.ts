/**
 * Sessions in a file, which survive a restart of the server.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type Clock, PLATFORM_CLOCK } from "../../../platform/clock.ts";
import { acceptStep } from "../../../session/store/accept.ts";
import { attachStep } from "../../../session/store/attach.ts";
import {
  appendStep,
  detachStep,
  endStep,
  leaseOf,
  openRecord,
  type RecordStep,
  type SessionRecord,
  touchStep,
} from "../../../session/store/record.ts";
import type {
  BufferBounds,
  Gone,
  Refused,
  SessionStore,
} from "../../../session/store/store.ts";
import { type Payload, payloadBytes } from "../../../session/wire/payload.ts";
import {
  type AddressedNotice,
  NodeListeners,
  noticeOfAppend,
  noticeOfAttach,
  noticeOfEnd,
} from "../notices.ts";
import { SessionStoreError } from "../store_error.ts";
import { storeErrorOf } from "./failures.ts";
import {
  type LogPart,
  prepareTables,
  type RecordHead,
  SessionTables,
} from "./tables.ts";
import { Transactions } from "./transactions.ts";

/** What a SQLite store depends on. */
export interface SqliteStoreOptions {
  /**
   * How long a step waits for another process that writes, in milliseconds. The
   * thread is blocked meanwhile.
   *
   * @default {250}
   */
  readonly busyTimeout?: number;
  /**
   * The largest size of the file, in bytes. A step that needs more is rejected.
   *
   * @default {as large as the disk}
   */
  readonly maxBytes?: number;
  /**
   * Sessions expire by this clock, which counts from the epoch.
   *
   * @default {the platform's clock}
   */
  readonly clock?: Pick<Clock, "wallNow" | "task">;
}

/**
 * Keeps sessions in a SQLite file, by `node:sqlite`. A server that is started
 * again on the file goes on with its sessions, and what a promise of the store
 * said is on the disk (WAL, `synchronous=FULL`).
 *
 * One process should have the file at a time. A second one, such as the next
 * release while this one drains, does no harm: steps of both are atomic. But
 * notices do not cross processes, so a message that one of them appends to a
 * session of the other is sent with the session's next resume.
 *
 * After you restore a backup of the file, change the generation, since data is
 * lost: `UPDATE holdfast_store SET generation = lower(hex(randomblob(8)))`.
 *
 * @param path The file; `":memory:"` for none.
 * @throws {SessionStoreError} If the file cannot be opened or is no database.
 * @throws {TypeError} If another version of this library wrote the file.
 *
 * @example A store that is given back
 * ```ts
 * import { sqliteStore } from "@holdfast/websocket/server/sqlite";
 *
 * await using store = sqliteStore(":memory:", { maxBytes: 1 << 30 });
 * ```
 */
export function sqliteStore(
  path: string,
  options: SqliteStoreOptions = {},
): SessionStore {
  const { busyTimeout = 250, maxBytes, clock = PLATFORM_CLOCK } = options;
  requireCount("busyTimeout", busyTimeout);
  if (maxBytes !== undefined) requireCount("maxBytes", maxBytes);
  const { db, generation } = openFile(path, { busyTimeout, maxBytes });
  return new SqliteStore({ db, generation, clock });
}

function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(
    `Option "${name}" must be a whole number from 0, not ${value}`,
  );
}

function openFile(
  path: string,
  { busyTimeout, maxBytes }: {
    readonly busyTimeout: number;
    readonly maxBytes: number | undefined;
  },
) {
  try {
    const db = new DatabaseSync(path);
    try {
      db.exec(
        `PRAGMA busy_timeout = ${busyTimeout};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;`,
      );
      if (maxBytes !== undefined) limitSize(db, maxBytes);
      return { db, generation: prepareTables(db) };
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storeErrorOf(error);
  }
}

function limitSize(db: DatabaseSync, maxBytes: number): void {
  const pageSize = db.prepare("PRAGMA page_size").get()!.page_size as number;
  const pages = Math.max(1, Math.floor(maxBytes / pageSize));
  db.exec(`PRAGMA max_page_count = ${pages}`);
}

/** What a step on one session found, and its answer. */
interface Stepped<A> {
  readonly before: SessionRecord;
  readonly after: SessionRecord;
  readonly answer: A;
}

const GONE: Gone = { kind: "gone" };
const UNKNOWN: Refused = { kind: "refused", why: "unknown" };

class SqliteStore implements SessionStore {
  readonly generation: string;
  readonly #db: DatabaseSync;
  readonly #clock: Pick<Clock, "wallNow">;
  readonly #tables: SessionTables;
  readonly #transactions: Transactions;
  readonly #listeners = new NodeListeners();
  #closed = false;

  constructor({ db, generation, clock }: {
    readonly db: DatabaseSync;
    readonly generation: string;
    readonly clock: Pick<Clock, "wallNow" | "task">;
  }) {
    this.generation = generation;
    this.#db = db;
    this.#clock = clock;
    this.#tables = new SessionTables(db);
    this.#transactions = new Transactions(db, clock, this.#tables);
  }

  readonly open: SessionStore["open"] = (init) =>
    this.#run(() => {
      if (this.#tables.head(init.session) !== undefined) {
        throw new RangeError(
          `There is a session with the id ${init.session}`,
        );
      }
      const record = openRecord(init, this.#moment());
      this.#tables.insert(record);
      return leaseOf(record);
    });

  readonly attach: SessionStore["attach"] = async (claim) => {
    const stepped = await this.#step(claim.session, {
      part: ({ log }) => trimPart(log, Math.min(claim.ack, log.last)),
      step: (record) => attachStep(record, claim, this.#moment()),
      notice: ({ before, answer }) => noticeOfAttach(before, claim, answer),
    });
    return stepped?.answer ?? UNKNOWN;
  };

  readonly append: SessionStore["append"] = async (
    session,
    messages,
    bounds,
  ) => {
    const { generation } = this;
    const stepped = await this.#step(session, {
      part: (head) => excessPart(head, messages, bounds),
      step: (record) => appendStep(record, messages, { generation, bounds }),
      notice: ({ after, answer }) => noticeOfAppend(after, answer),
    });
    return stepped?.answer ?? GONE;
  };

  readonly accept: SessionStore["accept"] = async (step) => {
    const stepped = await this.#step(step.lease.session, {
      part: ({ log }) => trimPart(log, Math.min(step.ack, log.last)),
      step: (record) => acceptStep(record, step, this.#moment()),
    });
    return stepped?.answer ?? GONE;
  };

  /** At once: between transactions, all that is there is on the disk. */
  readonly read: SessionStore["read"] = (session, after, limit) =>
    new Promise((resolve) => {
      if (this.#closed) throw closedError();
      resolve(readSafely(() => this.#tables.read(session, after, limit)));
    });

  readonly detach: SessionStore["detach"] = async (lease, ttl) => {
    const stepped = await this.#step(lease.session, {
      step: (record) => detachStep(record, lease, { ...this.#moment(), ttl }),
    });
    return stepped?.answer ?? 0;
  };

  readonly touch: SessionStore["touch"] = (leases, ttl) =>
    this.#run(() => {
      const moment = { ...this.#moment(), ttl };
      return leases.filter((lease) =>
        this.#apply(lease.session, {
          step: (record) => touchStep(record, lease, moment),
        })?.answer !== true
      );
    });

  readonly end: SessionStore["end"] = async (session, condition, tombstone) => {
    const stepped = await this.#step(session, {
      part: "messages",
      step: (record) =>
        endStep(record, condition, { ...this.#moment(), tombstone }),
      notice: ({ before, answer }) => noticeOfEnd(before, condition, answer),
    });
    return stepped?.answer ?? GONE;
  };

  readonly due: SessionStore["due"] = (limit) =>
    this.#run(() => this.#tables.due(limit, this.#clock.wallNow()));

  readonly listen: SessionStore["listen"] = (node, listener) =>
    this.#closed
      ? Promise.reject(closedError())
      : Promise.resolve(this.#listeners.add(node, listener));

  /** Finishes all steps, and closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#transactions.flush();
      this.#listeners.clear();
      this.#db.close();
    }
    return Promise.resolve();
  }

  #moment() {
    return { now: this.#clock.wallNow(), generation: this.generation };
  }

  #run<T>(step: () => T, done?: (answer: T) => void): Promise<T> {
    return this.#closed
      ? Promise.reject(closedError())
      : this.#transactions.run(step, done);
  }

  #step<A>(
    session: string,
    { notice, ...step }: SqlStep<A> & {
      /** Whom to notify when the step is on the disk. */
      readonly notice?: (stepped: Stepped<A>) => AddressedNotice | undefined;
    },
  ): Promise<Stepped<A> | undefined> {
    return this.#run(() => this.#apply(session, step), (stepped) => {
      if (stepped !== undefined) this.#listeners.deliver(notice?.(stepped));
    });
  }

  #apply<A>(session: string, step: SqlStep<A>): Stepped<A> | undefined {
    const head = this.#tables.head(session);
    if (head === undefined) return undefined;
    const before = this.#load(head, step);
    const { record, answer } = step.step(before);
    if (record !== before) this.#tables.update(head, record);
    return { before, after: record, answer };
  }

  #load<A>(head: RecordHead, { part }: SqlStep<A>): SessionRecord {
    if (part === "messages") return this.#tables.withMessages(head);
    return this.#tables.withSizes(
      head,
      part?.(head) ?? { messages: 0, bytes: 0 },
    );
  }
}

/** A step on a record, and how much of the log it looks at. */
interface SqlStep<A> {
  /** Nothing of the log by default. */
  readonly part?: "messages" | ((head: RecordHead) => LogPart);
  readonly step: (record: SessionRecord) => RecordStep<A>;
}

/** What is looked at in order to forget all messages up to a number. */
function trimPart({ first }: RecordHead["log"], to: number): LogPart {
  return { messages: to - first + 1, bytes: 0 };
}

/** What is looked at in order to make room. */
function excessPart(
  { log, logBytes }: RecordHead,
  messages: readonly Payload[],
  { maxMessages, maxBytes, overflow }: BufferBounds,
): LogPart {
  if (overflow === "reject") return { messages: 0, bytes: 0 };
  const added = messages.reduce((sum, data) => sum + payloadBytes(data), 0);
  return {
    messages: log.last - log.first + 1 + messages.length - maxMessages,
    bytes: logBytes + added - maxBytes,
  };
}

function readSafely<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw storeErrorOf(error);
  }
}

function closedError(): SessionStoreError {
  return new SessionStoreError("closed", "The session store is closed");
}
