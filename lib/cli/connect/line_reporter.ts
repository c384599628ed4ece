/**
 * Reports a run for pipes: messages on stdout, everything else on stderr.
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
import { visibleLines } from "../terminal/visible_text.ts";
import {
  binaryText,
  bytesOf,
  disconnectText,
  dropText,
  errorText,
  openText,
  type Reporter,
} from "./reporter.ts";
import type { ProcessIo } from "../terminal/command_io.ts";

/** Reports a run line by line. */
export class LineReporter implements Reporter {
  readonly #io: ProcessIo;
  readonly #output: Output;
  readonly #format: "text" | "binary";

  /**
   * Makes a reporter.
   *
   * @param io Where lines go.
   * @param format `"text"` adds a line end to each message and leaves binary ones
   * out, `"binary"` writes all data as it is.
   */
  constructor(io: ProcessIo, format: "text" | "binary") {
    this.#io = io;
    this.#format = format;
    this.#output = new Output(io);
  }

  /** Reports a connection. */
  opened(event: OpenEvent): void {
    this.#note(openText(event));
  }

  /** Reports a loss or a failed attempt. */
  disconnected(event: DisconnectEvent): void {
    this.#note(disconnectText(event));
  }

  /** Reports lost messages. */
  dropped(event: DropEvent): void {
    this.#note(dropText(event));
  }

  /** Reports the end, unless `failed()` does. */
  closed({ why }: EndEvent): void {
    if (why === "requested") this.#note("Closed");
  }

  /** Writes nothing: only a screen shows the latency. */
  measured(): void {}

  /** Writes nothing: lines do not change. */
  refresh(): void {}

  /** Writes nothing: the sender has the message. */
  sent(): void {}

  /** Writes a message: as it is, except on a terminal. */
  async received(message: MessageData): Promise<void> {
    if (this.#io.stdoutIsTerminal) return await this.#show(message);
    if (this.#format === "binary") {
      return await this.#output.write(
        typeof message === "string" ? message : bytesOf(message),
      );
    }
    if (typeof message === "string") {
      return await this.#output.write(`${message}\n`);
    }
    const { length } = bytesOf(message);
    this.#note(
      `Left out a binary message of ${length} bytes: --binary or --json writes it`,
    );
  }

  /** Reports the error. */
  failed(error: unknown): void {
    this.#note(errorText(error));
  }

  /** Settles when stdout has taken all messages. */
  async flush(): Promise<void> {
    await this.#output.flush();
  }

  /** Holds no terminal. */
  end(): void {}

  /** Resolves to the error once stdout takes no more. */
  get outputFailed(): Promise<unknown> {
    return this.#output.failed;
  }

  /** Further lines are indented, so that none looks like one of ours. */
  async #show(message: MessageData): Promise<void> {
    const text = typeof message === "string"
      ? visibleLines(message).replaceAll("\n", "\n  ")
      : binaryText(bytesOf(message));
    await this.#output.write(`${text}\n`);
  }

  #note(text: string): void {
    reportLine("connect", text, this.#io);
  }
}
