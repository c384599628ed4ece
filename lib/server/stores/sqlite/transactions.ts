/**
 * Steps that wait for the same write to the disk.
 *
 * A commit waits for the disk, for several milliseconds on slow ones, and a
 * server has many sessions. So the steps of one task of the event loop share a
 * transaction. Each of them stays whole: one that fails is taken back alone, and
 * no promise resolves before the commit.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../../../platform/clock.ts";
import { storeErrorOf } from "./failures.ts";

interface QueuedStep {
  /** Runs the step, and returns what settles its promise after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** What steps have changed and not written. */
export interface TransactionBuffer {
  /** A step begins. */
  begin(): void;
  /** The present step did not happen. */
  takeBack(): void;
  /** Writes all changes. */
  write(): void;
  /** The transaction is over: others may change what was read. */
  forget(): void;
}

const NO_BUFFER: TransactionBuffer = {
  begin() {},
  takeBack() {},
  write() {},
  forget() {},
};

/** More steps would keep the event loop for too long. */
const MAX_BATCH = 512;

/** Runs steps in their order, in as few transactions as possible. */
export class Transactions {
  readonly #db: DatabaseSync;
  readonly #clock: Pick<Clock, "task">;
  readonly #buffer: TransactionBuffer;
  readonly #save: StatementSync;
  readonly #release: StatementSync;
  #queue: QueuedStep[] = [];

  /** Makes a queue for a database. */
  constructor(
    db: DatabaseSync,
    clock: Pick<Clock, "task">,
    buffer: TransactionBuffer = NO_BUFFER,
  ) {
    this.#db = db;
    this.#clock = clock;
    this.#buffer = buffer;
    this.#save = db.prepare("SAVEPOINT step");
    this.#release = db.prepare("RELEASE step");
  }

  /**
   * Runs a step. Resolves when it is on the disk.
   *
   * @param done Called with the answer just before the promise resolves.
   */
  run<T>(step: () => T, done: (answer: T) => void = () => {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const answer = step();
        return () => {
          done(answer);
          resolve(answer);
        };
      };
      this.#queue.push({ run, reject });
      if (this.#queue.length === 1) this.#clock.task(() => this.#runBatch());
    });
  }

  /** Runs all steps that wait. */
  flush(): void {
    while (this.#queue.length > 0) this.#runBatch();
  }

  #runBatch(): void {
    const steps = this.#queue.slice(0, MAX_BATCH);
    this.#queue = this.#queue.slice(MAX_BATCH);
    if (steps.length > 0) this.#commit(steps);
    if (this.#queue.length > 0) this.#clock.task(() => this.#runBatch());
  }

  #commit(steps: readonly QueuedStep[]): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const settle = steps.map((step) => this.#attempt(step));
      this.#buffer.write();
      this.#db.exec("COMMIT");
      this.#buffer.forget();
      for (const each of settle) each();
    } catch (error) {
      this.#buffer.forget();
      this.#rollBack();
      for (const { reject } of steps) reject(storeErrorOf(error));
    }
  }

  #attempt({ run, reject }: QueuedStep): () => void {
    this.#save.run();
    this.#buffer.begin();
    try {
      const settle = run();
      this.#release.run();
      return settle;
    } catch (error) {
      this.#buffer.takeBack();
      this.#takeBack(error);
      return () => reject(storeErrorOf(error));
    }
  }

  #takeBack(reason: unknown): void {
    try {
      this.#db.exec("ROLLBACK TO step; RELEASE step");
    } catch {
      // SQLite has taken back the whole transaction, as it may for a full disk.
      throw reason;
    }
  }

  #rollBack(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // There is no transaction: it did not begin, or SQLite took it back.
    }
  }
}
