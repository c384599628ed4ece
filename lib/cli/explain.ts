/**
 * `explain`: what a close code means.
 *
 * @module
 */

import { describeClose } from "../rfc6455/close.ts";
import { defineCommand, type Run, SUCCESS } from "./command.ts";
import type { CommandIo } from "./terminal/command_io.ts";
import { wrapAfter } from "./terminal/text_width.ts";
import { UsageError } from "./usage_error.ts";

/** `explain`, as a function. */
export const explain: Run<CommandIo> = defineCommand({
  name: "explain",
  help: `Explain a close code: what it means, its usual cause, what to do

Usage: explain <close code>

  explain 1006
`,
  flags: {},
  plan: ({ positionals }) => readCloseCode(positionals),
  run(code, io) {
    io.write(`${wrapAfter(`${code}: `, describeClose(code), io)}\n`);
    return SUCCESS;
  },
});

function readCloseCode(positionals: readonly string[]): number {
  const [text, ...more] = positionals;
  if (text !== undefined && more.length === 0 && isCloseCode(text)) {
    return Number(text);
  }
  const given = text === undefined
    ? "No close code was given"
    : `${JSON.stringify(positionals.join(" "))} is not a close code`;
  throw new UsageError(`${given}; give one number from 1000 to 4999`);
}

/** Close codes have four digits and begin with 1 to 4 (RFC 6455, 7.4.2). */
function isCloseCode(text: string): boolean {
  return /^[1-4]\d{3}$/.test(text);
}
