/**
 * What one connection writes into the log.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";
import type { LogLevel, Notice, Setup } from "../boundary/protocol.ts";
import type { Secrets } from "./attempt/secrets.ts";

/** What a log record carries besides its message. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

/** How much of a message is shown, in characters. */
const HEAD = 80;
/** Of longer texts nothing is shown: they would have to be searched for secrets. */
const LONGEST_SHOWN = 1 << 16;

const SEVERITY: Readonly<Record<Setup["log"], number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
};

/** What a journal stands on. */
export interface ConnectionLoggerOwner {
  readonly secrets: Secrets;
  /** The attempt under way, or the one that led here. */
  attempt(): number;
  /** Takes a record. */
  push(notice: Notice): void;
}

/** Turns what happens into log notices, redacted. */
export class ConnectionLogger {
  readonly #id: number;
  readonly #threshold: number;
  readonly #owner: ConnectionLoggerOwner;

  /** Makes a journal for records from this level on. */
  constructor(id: number, level: Setup["log"], owner: ConnectionLoggerOwner) {
    this.#id = id;
    this.#threshold = SEVERITY[level];
    this.#owner = owner;
  }

  /** Whether records of this level are worth making. */
  isEnabled(level: LogLevel): boolean {
    return SEVERITY[level] >= this.#threshold;
  }

  /** Writes a record, unless nobody reads its level. */
  log(level: LogLevel, message: string, fields: Fields = {}): void {
    if (!this.isEnabled(level)) return;
    const { secrets } = this.#owner;
    const redacted = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? secrets.redact(value) : value,
    ]);
    this.#owner.push({
      type: "log",
      id: this.#id,
      level,
      message: secrets.redact(message),
      fields: {
        attempt: this.#owner.attempt(),
        ...Object.fromEntries(redacted),
      },
    });
  }

  /** Writes one line for a message: direction, size, and the head of the data. */
  logFrame(direction: "<" | ">", data: Data, bytes: number): void {
    this.log("debug", `${direction} ${bytes} B`, { head: this.#head(data) });
  }

  /** Redacted before it is cut: half a token would not be recognised. */
  #head(data: Data): string {
    if (typeof data !== "string") return "binary";
    if (data.length > LONGEST_SHOWN) return "text";
    return this.#owner.secrets.redact(data).slice(0, HEAD);
  }
}
