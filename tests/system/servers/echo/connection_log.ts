/**
 * A server fixture's memory of its connections, bounded.
 *
 * @module
 */

import {
  type Arrival,
  type ConnectionReport,
  count,
  NONE,
  type ServerReport,
} from "./server_report.ts";

/** The connections, and per connection the arrivals, that are remembered. */
const LIMITS = { connections: 1_000, arrivals: 20_000 };

/** What is known of a connection when it opens. */
export type Opening = Pick<ConnectionReport, "target" | "headers" | "protocol">;

/** One connection's entry, kept up to date by the server that owns it. */
export interface Entry {
  /** Records something received. */
  arrived(type: Arrival["type"], data: Arrival["data"]): void;
  /** Records the end; only the first call counts. */
  ended(closeCode: number, reason: string): void;
}

/** Remembers connections and reports them. */
export class ConnectionLog {
  readonly #entries: Writable[] = [];
  readonly #noticeChange: () => void;
  #attempts = 0;
  #opened = 0;
  #open = 0;

  /**
   * Starts empty.
   *
   * @param noticeChange Called after each change.
   */
  constructor(noticeChange: () => void) {
    this.#noticeChange = noticeChange;
  }

  /** Counts a handshake, whatever becomes of it. */
  attempted(): void {
    this.#attempts++;
    this.#noticeChange();
  }

  /**
   * Records a connection that has opened.
   *
   * @param opening What was asked for and agreed.
   * @param openedAt The instant, if it was before this call.
   * @returns Its entry.
   */
  opened(opening: Opening, openedAt = now()): Entry {
    const id = ++this.#opened;
    this.#open++;
    const entry: Writable = {
      ...{ id, ...opening, openedAt },
      ...{ messages: NONE, pings: NONE, pongs: NONE },
      history: [],
    };
    this.#entries.push(entry);
    if (this.#entries.length > LIMITS.connections) this.#entries.shift();
    this.#noticeChange();
    return {
      arrived: (type, data) => {
        recordArrival(entry, { at: now(), type, data });
        this.#noticeChange();
      },
      ended: (closeCode, reason) => {
        if (entry.closedAt !== undefined) return;
        Object.assign(entry, { closedAt: now(), closeCode, reason });
        this.#open--;
        this.#noticeChange();
      },
    };
  }

  /**
   * Reports what is remembered.
   *
   * @param port The server's port.
   * @param withHistory Whose history to report: nobody's, or everyone's.
   * @returns The report.
   */
  report(port: number, withHistory: "none" | "all" = "none"): ServerReport {
    return {
      port,
      attempts: this.#attempts,
      opened: this.#opened,
      open: this.#open,
      connections: withHistory === "all"
        ? this.#entries
        : this.#entries.map((entry) => ({ ...entry, history: [] })),
    };
  }
}

type Writable =
  & { -readonly [Key in keyof ConnectionReport]: ConnectionReport[Key] }
  & { history: Arrival[] };

function recordArrival(entry: Writable, arrival: Arrival): void {
  const tally = `${arrival.type}s` as const;
  entry[tally] = count(entry[tally], arrival.at);
  entry.history.push(arrival);
  // Dropped in bulk: one shift() per arrival would move the rest each time.
  if (entry.history.length >= 2 * LIMITS.arrivals) {
    entry.history.splice(0, LIMITS.arrivals);
  }
}

/** This instant on the clock of all threads, in milliseconds. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
