import type { CommandIo } from "../../../lib/cli/terminal/command_io.ts";

/** A place to write to that remembers. */
export class RecordingIo implements CommandIo {
  written = "";
  errors = "";
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly noColor = true;

  constructor({ isTerminal = false, columns = 80 } = {}) {
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
  }

  error(text: string): void {
    this.errors += text;
  }
}
