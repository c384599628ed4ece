/**
 * What a session server counts.
 *
 * @module
 */

/** Counters since the start of a server, and three present values. */
export interface SessionMetrics {
  /** Connections now. */
  readonly connections: number;
  /** Sessions that this node knows now, with and without a connection. */
  readonly sessions: number;
  /** Those of them that wait for their client. */
  readonly detached: number;
  /** Sessions that were opened. */
  readonly opened: number;
  /** Resumes that found their session. */
  readonly resumed: number;
  /** Resumes that did not. */
  readonly lost: number;
  /** Sessions that ended here. */
  readonly ended: number;
  /** Resumes that took the session from another node, which had not let go of it. */
  readonly takenOver: number;
  /** Connections here that lost their session to another one, on any node. */
  readonly fenced: number;
  /** Messages of clients that were accepted. */
  readonly accepted: number;
  /** Messages given to the handler with `redelivered`. */
  readonly redelivered: number;
  /** Calls of the handler that threw. */
  readonly failed: number;
  /** Messages stored by `send()`. */
  readonly stored: number;
  /** Replies, stored with the acceptance of their message. */
  readonly replied: number;
  /** Messages that `send()` rejected. */
  readonly rejected: number;
  /** Oldest messages that made room for newer ones. */
  readonly dropped: number;
  /** Connections closed by the server, by close code. */
  readonly closed: Readonly<Record<number, number>>;
  /** Connections dropped since the client was silent or took nothing. */
  readonly terminated: number;
  /** Steps that the store rejected. */
  readonly storeFailures: number;
}

/** The names of the counters. */
export type Counter = Exclude<
  keyof SessionMetrics,
  "connections" | "sessions" | "detached" | "closed"
>;

/** Counts. */
export class Counters {
  readonly #counts: Record<Counter, number> = {
    opened: 0,
    resumed: 0,
    lost: 0,
    ended: 0,
    takenOver: 0,
    fenced: 0,
    accepted: 0,
    redelivered: 0,
    failed: 0,
    stored: 0,
    replied: 0,
    rejected: 0,
    dropped: 0,
    terminated: 0,
    storeFailures: 0,
  };
  readonly #closed: Record<number, number> = {};

  /** Adds to a counter. */
  add(counter: Counter, amount = 1): void {
    this.#counts[counter] += amount;
  }

  /** Counts a close by the server. */
  addClose(closeCode: number): void {
    this.#closed[closeCode] = (this.#closed[closeCode] ?? 0) + 1;
  }

  /** The counters of this moment. */
  read(): Omit<SessionMetrics, "connections" | "sessions" | "detached"> {
    return { ...this.#counts, closed: { ...this.#closed } };
  }
}
