/**
 * The tables of a session store, and records as rows.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { randomHex } from "../../../platform/random_hex.ts";
import {
  entriesOf,
  type Numbered,
  startingWith,
} from "../../../session/flow/numbered.ts";
import type { SessionRecord } from "../../../session/store/record.ts";
import type { TransactionBuffer } from "./transactions.ts";
import type { Stored } from "../../../session/store/store.ts";
import type { Payload } from "../../../session/wire/payload.ts";

/** The tables' names have a prefix: the file may be the application's own. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS holdfast_store (
  version INTEGER NOT NULL,
  generation TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS holdfast_session (
  session TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  expires_at REAL NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS holdfast_session_expires
  ON holdfast_session (expires_at);
CREATE TABLE IF NOT EXISTS holdfast_message (
  session TEXT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (session, seq)
) STRICT;
`;

/** Grows with each change of the tables that this code could not read. */
const VERSION = 1;

/** A record without the entries of its log. */
export type RecordHead = Omit<SessionRecord, "log"> & {
  readonly log: Pick<Numbered<Stored>, "first" | "last">;
};

/** How much of the oldest part of a log a step looks at: at least both. */
export interface LogPart {
  readonly messages: number;
  readonly bytes: number;
}

interface MessageRow {
  readonly seq: number;
  readonly type: string;
  readonly bytes: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The rows of one store. Each method but `read()` runs within a transaction, at
 * whose end records are written: steps on one session write it once.
 */
export class SessionTables implements TransactionBuffer {
  /** Records of the present transaction. */
  readonly #heads = new Map<string, RecordHead>();
  /** Those of them that are not written. */
  readonly #changed = new Set<string>();
  /** What the present step found of those that it has changed. */
  readonly #before = new Map<string, RecordHead | undefined>();
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #sizes: StatementSync;
  readonly #messages: StatementSync;
  readonly #add: StatementSync;
  readonly #trim: StatementSync;
  readonly #due: StatementSync;
  readonly #over: StatementSync;

  /** Prepares the statements. The tables must be there. */
  constructor(db: DatabaseSync) {
    this.#get = db.prepare(
      "SELECT record FROM holdfast_session WHERE session = ?",
    );
    this.#put = db.prepare(
      "INSERT OR REPLACE INTO holdfast_session VALUES (?, ?, ?, ?)",
    );
    this.#sizes = db.prepare(
      "SELECT bytes FROM holdfast_message WHERE session = ? ORDER BY seq",
    );
    this.#messages = db.prepare(
      "SELECT seq, type, bytes, data FROM holdfast_message " +
        "WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?",
    );
    this.#add = db.prepare(
      "INSERT INTO holdfast_message VALUES (?, ?, ?, ?, ?)",
    );
    this.#trim = db.prepare(
      "DELETE FROM holdfast_message WHERE session = ? AND seq < ?",
    );
    this.#due = db.prepare(
      "SELECT session FROM holdfast_session " +
        "WHERE expires_at <= ? AND state = 'live' ORDER BY expires_at LIMIT ?",
    );
    this.#over = db.prepare(
      "DELETE FROM holdfast_session WHERE expires_at <= ? AND state <> 'live'",
    );
  }

  /** What is kept of a session, without the entries of its log. */
  head(session: string): RecordHead | undefined {
    const known = this.#heads.get(session);
    if (known !== undefined) return known;
    const row = this.#get.get(session);
    if (row === undefined) return undefined;
    const head = readHead(row.record as string);
    this.#heads.set(session, head);
    return head;
  }

  /** The record with the oldest part of its log, in sizes only. */
  withSizes(head: RecordHead, part: LogPart): SessionRecord {
    const kept: Stored[] = [];
    let bytes = 0;
    if (part.messages > 0 || part.bytes > 0) {
      for (const row of this.#sizes.iterate(head.session)) {
        const size = row.bytes as number;
        kept.push({ seq: head.log.first + kept.length, data: "", bytes: size });
        bytes += size;
        if (kept.length >= part.messages && bytes >= part.bytes) break;
      }
    }
    return { ...head, log: startingWith(head.log, kept) };
  }

  /** The record with its whole log. */
  withMessages(head: RecordHead): SessionRecord {
    const kept = this.read(head.session, 0, -1);
    return { ...head, log: startingWith(head.log, kept) };
  }

  /** The messages after a number; all of them if `limit` is negative. */
  read(session: string, after: number, limit: number): readonly Stored[] {
    return this.#messages.all(session, after, limit)
      .map((row) => storedOf(row as object as MessageRow));
  }

  /** Writes a new record. */
  insert(record: SessionRecord): void {
    this.#change(record);
  }

  /** Writes what a step has changed. */
  update(before: RecordHead, after: SessionRecord): void {
    const { session, log } = after;
    if (log.first > before.log.first) this.#trim.run(session, log.first);
    const first = Math.max(before.log.last + 1, log.first);
    for (const { seq, data, bytes } of entriesOf(log, first)) {
      const type = typeof data === "string" ? "text" : "binary";
      this.#add.run(session, seq, type, bytes, blobOf(data));
    }
    this.#change(after);
  }

  /** Sessions whose time is over; tombstones whose time is over are removed. */
  due(limit: number, now: number): readonly string[] {
    this.write();
    this.forget();
    this.#over.run(now);
    return this.#due.all(now, limit).map(({ session }) => session as string);
  }

  // What follows is for the transactions.

  begin(): void {
    this.#before.clear();
  }

  takeBack(): void {
    for (const [session, head] of this.#before) {
      this.#changed.delete(session);
      if (head === undefined) this.#heads.delete(session);
      else {
        this.#heads.set(session, head);
        this.#changed.add(session);
      }
    }
  }

  write(): void {
    for (const session of this.#changed) {
      const head = this.#heads.get(session)!;
      const { state, expiresAt } = head;
      this.#put.run(session, state, expiresAt, JSON.stringify(head));
    }
    this.#changed.clear();
  }

  forget(): void {
    this.#heads.clear();
    this.#changed.clear();
  }

  #change(record: SessionRecord): void {
    const { session, log: { first, last } } = record;
    if (!this.#before.has(session)) {
      this.#before.set(session, this.#heads.get(session));
    }
    this.#heads.set(session, { ...record, log: { first, last } });
    this.#changed.add(session);
  }
}

/**
 * Creates what is missing, and returns the store's generation.
 *
 * @throws {TypeError} If the file was written by another version.
 */
export function prepareTables(db: DatabaseSync): string {
  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec(SCHEMA);
    const generation = generationOf(db);
    db.exec("COMMIT");
    return generation;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

function generationOf(db: DatabaseSync): string {
  const row = db.prepare("SELECT version, generation FROM holdfast_store")
    .get();
  if (row === undefined) {
    const generation = randomHex(8);
    db.prepare("INSERT INTO holdfast_store VALUES (?, ?)")
      .run(VERSION, generation);
    return generation;
  }
  if (row.version !== VERSION) {
    throw new TypeError(
      `Cannot read a session store of version ${row.version}, only ${VERSION}`,
    );
  }
  return row.generation as string;
}

/** `node` is undefined in a record that nobody holds, and JSON leaves it out. */
function readHead(json: string): RecordHead {
  const head: RecordHead = JSON.parse(json);
  return { ...head, node: head.node };
}

/** Text as bytes, since a text with U+0000 in it is cut there by some bindings. */
function blobOf(data: Payload): Uint8Array {
  return typeof data === "string" ? ENCODER.encode(data) : data;
}

function storedOf({ seq, type, bytes, data }: MessageRow): Stored {
  return { seq, data: type === "text" ? DECODER.decode(data) : data, bytes };
}
