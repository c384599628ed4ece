import type { CommandIo } from "../../lib/cli/command.ts";

/** A place to write to that remembers. */
export class RecordingIo implements CommandIo {
  written = "";
  errors = "";
  readonly isTerminal: boolean;
  readonly columns = 80;
  readonly noColor = true;

  constructor({ isTerminal = false } = {}) {
    this.isTerminal = isTerminal;
  }

  write(text: string): void {
    this.written += text;
  }

  error(text: string): void {
    this.errors += text;
  }
}
