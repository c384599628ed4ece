/**
 * Reports a run as JSON on stdout: one line per event.
 *
 * @module
 */

import type {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
} from "../../client/socket/events.ts";
import type { MessageData } from "../../client/socket/web_idl.ts";
import { Output } from "../terminal/output.ts";
import { reportLine } from "../command.ts";
import { visibleJson } from "../terminal/visible_text.ts";
import { bytesOf, errorText, type Reporter } from "./reporter.ts";
import type { ProcessIo } from "../terminal/command_io.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes records with `type` and `time`: `open`, `message`, `disconnect`,
 * `drop`, `heartbeat`, `close`, `error`. Binary data is `{ "base64": … }`.
 */
export class JsonReporter implements Reporter {
  readonly #io: ProcessIo;
  readonly #output: Output;

  /** Makes a reporter for programs. */
  constructor(io: ProcessIo) {
    this.#io = io;
    this.#output = new Output(io);
  }

  /** Writes a record `open`. */
  opened({ attempt, reconnected, session }: OpenEvent): void {
    const kind = session && { session: session.kind };
    this.#write("open", { attempt, reconnected, ...kind });
  }

  /** Writes a record `disconnect`. */
  disconnected(
    { closeCode, reason, attempt, delay, error }: DisconnectEvent,
  ): void {
    this.#write("disconnect", {
      closeCode,
      reason,
      attempt,
      delay: Math.round(delay),
      ...error && { error: error.name, message: error.message },
    });
  }

  /** Writes a record `drop`. */
  dropped({ count, bytes, direction, reason }: DropEvent): void {
    this.#write("drop", { count, bytes, direction, reason });
  }

  /** Writes a record `close`. */
  closed({ code, reason, wasClean, why }: EndEvent): void {
    this.#write("close", { closeCode: code, reason, wasClean, why });
  }

  /** Writes a record `heartbeat`. */
  measured(latency: number): void {
    this.#write("heartbeat", { latency });
  }

  /** Writes nothing: only events have records. */
  refresh(): void {}

  /** Writes nothing: the sender has the message. */
  sent(): void {}

  /** Writes a record `message`. */
  async received(message: MessageData): Promise<void> {
    const data = typeof message === "string"
      ? message
      : { base64: bytesOf(message).toBase64() };
    await this.#write("message", { data });
  }

  /** Writes a record `error`, and a line to stderr. */
  failed(error: unknown): void {
    const name = error instanceof Error ? error.name : "Error";
    this.#write("error", { error: name, message: errorText(error) });
    reportLine("connect", errorText(error), this.#io);
  }

  /** Settles when stdout has taken all records. */
  async flush(): Promise<void> {
    await this.#output.flush();
  }

  /** Holds no terminal. */
  end(): void {}

  /** Resolves to the error once stdout takes no more. */
  get outputFailed(): Promise<unknown> {
    return this.#output.failed;
  }

  async #write(type: string, fields: Fields): Promise<void> {
    const time = new Date(this.#io.clock.wallNow()).toISOString();
    await this.#output.write(`${visibleJson({ type, time, ...fields })}\n`);
  }
}
