/**
 * What a session needs of its surroundings, besides what every command does.
 *
 * @module
 */

import type { Clock } from "../platform/clock.ts";
import type { CommandIo } from "./command.ts";

/** The surroundings of a command that talks to a server. */
export interface SessionIo extends CommandIo {
  /**
   * Whether a person sits at both ends: stdin, stdout and stderr are all a
   * terminal.
   */
  readonly isInteractive: boolean;
  /** What is typed or piped. */
  readonly stdin: ReadableStream<Uint8Array>;
  /** Time and chance. */
  readonly clock: Clock;
  /** Writes results, and settles when they were taken: backpressure. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Whether keys come one by one and are not shown, or a line at a time. */
  setKeys(mode: "raw" | "lines"): void;
  /** The value of an environment variable. */
  environment(name: string): string | undefined;
  /**
   * Calls `listener` at each SIGINT and SIGTERM from now on.
   *
   * @returns What stops it.
   */
  onInterrupt(listener: () => void): () => void;
}
