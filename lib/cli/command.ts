/**
 * What all commands have in common: flags, help, and the report of wrong usage.
 *
 * @module
 */

import { type FlagNames, Flags } from "./flags.ts";
import type { CommandIo } from "./terminal/command_io.ts";
import { wrapAfter } from "./terminal/text_width.ts";
import { visibleLine } from "./terminal/visible_text.ts";
import { UsageError } from "./usage_error.ts";

/** The exit code of a command that did what was asked. */
export const SUCCESS = 0;
/** The exit code of a command that failed. */
export const FAILURE = 1;
/** The exit code for wrong arguments. */
export const USAGE = 2;

/** One command: its arguments as a plan, and what to do with that plan. */
export interface Command<Plan, Io extends CommandIo> {
  readonly name: string;
  /** What `--help` shows. */
  readonly help: string;
  readonly flags: FlagNames;
  /**
   * Reads the arguments.
   *
   * @throws {UsageError} A wrong flag or value.
   */
  plan(flags: Flags, io: Io): Plan;
  /**
   * Does what was asked.
   *
   * @returns The exit code.
   * @throws {UsageError} A value that turns out to be unusable.
   */
  run(plan: Plan, io: Io): number | Promise<number>;
}

/**
 * Runs a command with the arguments after its name; resolves to the exit code,
 * {@linkcode USAGE} for wrong arguments.
 */
export type Run<Io extends CommandIo> = (
  args: readonly string[],
  io: Io,
) => Promise<number>;

/** Makes a function of a command. */
export function defineCommand<Plan, Io extends CommandIo>(
  command: Command<Plan, Io>,
): Run<Io> {
  return async (args, io) => {
    try {
      const flags = new Flags(args, command.flags);
      if (flags.has("help")) return showHelp(command.help, io);
      return await command.run(command.plan(flags, io), io);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return reportUsage(command.name, error.message, io);
    }
  };
}

function showHelp(help: string, io: CommandIo): typeof SUCCESS {
  io.write(help);
  return SUCCESS;
}

/**
 * Reports wrong arguments, within the width of the terminal.
 *
 * @param command The name to begin with.
 * @param complaint One sentence for the user.
 * @param io Where the sentence goes.
 * @returns The exit code.
 */
export function reportUsage(
  command: string,
  complaint: string,
  io: Pick<CommandIo, "error" | "columns">,
): typeof USAGE {
  io.error(`${wrapAfter(`${command}: `, visibleLine(complaint), io)}\n`);
  return USAGE;
}

/**
 * Reports what happens while a command runs: one line on stderr.
 *
 * @param command The name to begin with.
 * @param text What happened; may contain text of a peer.
 * @param io Where the line goes.
 */
export function reportLine(
  command: string,
  text: string,
  io: Pick<CommandIo, "error">,
): void {
  io.error(`${command}: ${visibleLine(text)}\n`);
}
