/**
 * The log records of one connection.
 *
 * @module
 */

import type { LogLevel, Setup } from "../../boundary/protocol.ts";
import type { Data } from "../../queue/data.ts";
import type { Secrets } from "../attempt/secrets.ts";
import type { NoticeQueue } from "./notice_queue.ts";

/** What a log record carries besides its message. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

/** How much of a message is shown, in characters. */
const HEAD = 80;
/** Longer texts are not shown: they would have to be searched for secrets. */
const LONGEST_SHOWN = 1 << 16;

const SEVERITY: Readonly<Record<Setup["log"], number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
};

/** Writes log records, with all secrets hidden. */
export class ConnectionLogger {
  /** The attempt under way, or the one that led here. */
  attempt = 0;
  readonly #id: number;
  readonly #threshold: number;
  readonly #secrets: Secrets;
  readonly #notices: Pick<NoticeQueue, "push">;

  /** Makes a logger for records from this level on. */
  constructor(
    id: number,
    level: Setup["log"],
    { secrets, notices }: {
      readonly secrets: Secrets;
      readonly notices: Pick<NoticeQueue, "push">;
    },
  ) {
    this.#id = id;
    this.#threshold = SEVERITY[level];
    this.#secrets = secrets;
    this.#notices = notices;
  }

  /** Whether records of this level are written. */
  isEnabled(level: LogLevel): boolean {
    return SEVERITY[level] >= this.#threshold;
  }

  /** Writes a record, if its level is enabled. */
  log(level: LogLevel, message: string, fields: Fields = {}): void {
    if (!this.isEnabled(level)) return;
    const redacted = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? this.#secrets.redact(value) : value,
    ]);
    this.#notices.push({
      type: "log",
      id: this.#id,
      level,
      message: this.#secrets.redact(message),
      fields: { attempt: this.attempt, ...Object.fromEntries(redacted) },
    });
  }

  /** Writes a record for a message: direction, size, and the head of the data. */
  logFrame(direction: "<" | ">", data: Data, bytes: number): void {
    this.log("debug", `${direction} ${bytes} B`, { head: this.#head(data) });
  }

  /** Hides secrets before it cuts: half a token would not be recognised. */
  #head(data: Data): string {
    if (typeof data !== "string") return "binary";
    if (data.length > LONGEST_SHOWN) return "text";
    return this.#secrets.redact(data).slice(0, HEAD);
  }
}
