/**
 * What a command needs of the process that it runs in: streams, the terminal,
 * and for a command that talks to a server also time, keys and signals.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";

/** Where a command writes, and what is known about it. */
export interface CommandIo {
  /**
   * Writes results to stdout: what a pipe or a file should get.
   *
   * @throws {OutputError} Stdout takes no more.
   */
  write(text: string): void;
  /**
   * Writes to stderr what is for a person only: progress, advice, failures. If
   * nobody can read it any more, it is discarded.
   */
  error(text: string): void;
  /** Whether stdout is a terminal, which obeys control characters. */
  readonly stdoutIsTerminal: boolean;
  /** Whether stderr is a terminal, where a line can be drawn anew. */
  readonly stderrIsTerminal: boolean;
  /** How many characters fit in a line of the terminal. */
  readonly columns: number;
  /** Whether results have no colours: `NO_COLOR` is set, or no terminal. */
  readonly noColor: boolean;
}

/** The surroundings of a command that talks to a server. */
export interface ProcessIo extends CommandIo {
  /** Whether stdin, stdout and stderr are all a terminal. */
  readonly isInteractive: boolean;
  /** What is typed or piped. */
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Time and randomness. */
  readonly clock: Clock;
  /**
   * Writes results to stdout; settles when stdout has taken them.
   *
   * @throws {OutputError} Stdout takes no more.
   */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /**
   * Sets how the terminal passes on what is typed: `"raw"` gives each key at
   * once and does not show it, `"lines"` gives whole lines.
   */
  setKeys(mode: "raw" | "lines"): void;
  /** The value of an environment variable; asks for the permission to read it. */
  environment(name: string): string | undefined;
  /** The same, but a variable that may not be read yet counts as not set. */
  peekEnvironment(name: string): string | undefined;
  /**
   * Calls `listener` at each SIGINT and SIGTERM from now on.
   *
   * @returns A function that stops it.
   */
  onInterrupt(listener: () => void): () => void;
  /**
   * Calls `listener` each time that the process goes on after Ctrl-Z: the shell
   * has used the terminal in between.
   *
   * @returns A function that stops it.
   */
  onResume(listener: () => void): () => void;
}
