/**
 * Where the messages to send come from.
 *
 * @module
 */

import type { ProcessIo } from "../terminal/command_io.ts";
import { Input, linesOf, type Message, textsOf } from "./input.ts";
import type { ConnectPlan } from "./plan.ts";

/** Messages to send, and how to end their source. */
export interface Source {
  readonly messages: AsyncIterable<Message>;
  /** Lets go of stdin, also in the middle of a read. */
  stop(): void;
}

/** Opens the source that a plan asks for: texts of flags, blocks or lines. */
export function openSource(
  { execute, format }: Pick<ConnectPlan, "execute" | "format">,
  { stdin }: Pick<ProcessIo, "stdin">,
): Source {
  if (execute.length > 0) {
    return { messages: ReadableStream.from(execute), stop: () => {} };
  }
  const input = new Input(stdin);
  const blocks = input.blocks();
  return {
    messages: format === "binary" ? blocks : linesOf(blocks),
    stop: () => input.stop(),
  };
}

/**
 * Opens the source for a person at a terminal.
 *
 * @param linesFrom Makes lines of the keys.
 */
export function openKeys(
  { stdin }: Pick<ProcessIo, "stdin">,
  linesFrom: (keys: AsyncIterable<string>) => AsyncIterable<Message>,
): Source {
  const input = new Input(stdin);
  return {
    messages: linesFrom(textsOf(input.blocks())),
    stop: () => input.stop(),
  };
}
