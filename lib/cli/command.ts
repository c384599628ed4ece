/**
 * What a command of the command line is: a function from arguments to an exit
 * code, with its surroundings as an argument.
 *
 * @module
 */

import { wrapAfter } from "./text_width.ts";

/** Where a command writes, and what is known of it. */
export interface CommandIo {
  /** Writes results: what a pipe or a file should get. */
  write(text: string): void;
  /** Writes what is for a person only: progress, advice, what went wrong. */
  error(text: string): void;
  /** Whether `error` goes to a terminal, where a line can be drawn anew. */
  readonly isTerminal: boolean;
  /** How many characters a line of the terminal has. */
  readonly columns: number;
  /** Whether colours are unwanted (`NO_COLOR`). */
  readonly noColor: boolean;
}

/** Runs with the arguments after its name, and resolves to the exit code. */
export type Command = (
  args: readonly string[],
  io: CommandIo,
) => Promise<number>;

/** The exit code of a command that did what was asked. */
export const SUCCESS = 0;
/** The exit code of a command that could not do it. */
export const FAILURE = 1;
/** The exit code of a command that was asked for something impossible. */
export const USAGE = 2;

/** A wrong flag or value: one sentence for the person who typed it. */
export class UsageError extends Error {
  /** Always this, so that it can be told from other errors in a log. */
  override readonly name = "UsageError";
}

/**
 * Tells what is wrong with the arguments, within the width of the terminal.
 *
 * @param command Who tells it.
 * @param complaint One sentence for the person who typed them.
 * @param io Where it goes.
 * @returns The exit code.
 */
export function tellUsage(
  command: string,
  complaint: string,
  io: Pick<CommandIo, "error" | "columns">,
): typeof USAGE {
  io.error(`${wrapAfter(`${command}: `, complaint, io)}\n`);
  return USAGE;
}
