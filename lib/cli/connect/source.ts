/**
 * Where the messages to send come from.
 *
 * @module
 */

import type { ConnectPlan } from "./plan.ts";
import { Input, linesOf, type Message } from "./input.ts";
import type { SessionIo } from "../terminal/command_io.ts";

/** Messages to send, and what stops their source. */
export interface Source {
  readonly messages: AsyncIterable<Message>;
  /** Lets go of stdin, also in the middle of a read. */
  stop(): void;
}

/**
 * Opens the source that a plan asks for: texts, blocks or lines.
 *
 * @param split Makes messages of what stdin gives as text; lines, usually.
 */
export function openSource(
  { execute, format }: ConnectPlan,
  { stdin }: SessionIo,
  split: (texts: AsyncIterable<string>) => AsyncIterable<Message> = linesOf,
): Source {
  if (execute.length > 0) {
    return { messages: ReadableStream.from(execute), stop: () => {} };
  }
  if (format === "binary") {
    const input = new Input(stdin);
    return { messages: input.blocks(), stop: () => input.stop() };
  }
  const input = new Input(stdin.pipeThrough(new TextDecoderStream()));
  return { messages: split(input.blocks()), stop: () => input.stop() };
}
