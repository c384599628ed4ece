/**
 * Messages to stdout, everything else to stderr, a line each.
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
import type { SessionIo } from "../terminal/command_io.ts";

/** Writes text as lines, or with `binary` all data as it is. */
export class LineReporter implements Reporter {
  readonly #io: SessionIo;
  readonly #output: Output;
  readonly #format: "text" | "binary";

  /** Makes a reporter for pipes and files. */
  constructor(io: SessionIo, format: "text" | "binary") {
    this.#io = io;
    this.#format = format;
    this.#output = new Output(io);
  }

  /** Says it. */
  opened(event: OpenEvent): void {
    this.#note(openText(event));
  }

  /** Says it. */
  disconnected(event: DisconnectEvent): void {
    this.#note(disconnectText(event));
  }

  /** Says it. */
  dropped(event: DropEvent): void {
    this.#note(dropText(event));
  }

  /** Says it, unless an error does. */
  closed({ why }: EndEvent): void {
    if (why === "requested") this.#note("Closed");
  }

  /** Pipes show no latency. */
  measured(): void {}

  /** Lines do not change. */
  refresh(): void {}

  /** Who sends knows it. */
  sent(): void {}

  /** Writes it: as it is, except to a terminal. */
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

  /** Says why. */
  failed(error: unknown): void {
    this.#note(errorText(error));
  }

  /** Settles when stdout has it all. */
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
