import type { CommandIo } from "../../../lib/cli/terminal/command_io.ts";
import { OutputError } from "../../../lib/cli/terminal/output_error.ts";

/** What a test chooses about the streams. */
export interface RecordingOptions {
  /** Whether stdout and stderr are a terminal. */
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly noColor?: boolean;
  /** After how many writes stdout takes no more. */
  readonly writes?: number;
  /** What a write to stdout then throws, as the system would. */
  readonly failure?: Error;
}

/** Streams that remember what was written. */
export class RecordingIo implements CommandIo {
  written = "";
  errors = "";
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  columns: number;
  readonly noColor: boolean;
  #writes: number;
  readonly #failure: Error;

  constructor(
    {
      isTerminal = false,
      columns = 80,
      noColor = true,
      writes = Infinity,
      failure = new Deno.errors.BrokenPipe("Broken pipe"),
    }: RecordingOptions = {},
  ) {
    this.stdoutIsTerminal = isTerminal;
    this.stderrIsTerminal = isTerminal;
    this.columns = columns;
    this.noColor = noColor;
    this.#writes = writes;
    this.#failure = failure;
  }

  write(text: string): void {
    if (this.#writes === 0) throw new OutputError(this.#failure);
    this.#writes -= 1;
    this.written += text;
  }

  error(text: string): void {
    this.errors += text;
  }
}
