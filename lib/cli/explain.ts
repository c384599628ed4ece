/**
 * `explain`: what a close code means.
 *
 * @module
 */

import { describeClose } from "../rfc6455/close.ts";
import { type CommandIo, SUCCESS, tellUsage } from "./command.ts";
import { wrapAfter } from "./text_width.ts";

const HELP = `Explain a close code: what it means, its usual cause, what to do

Usage: explain <close code>

  explain 1006
`;

/**
 * Runs `explain`.
 *
 * @param args The arguments after the command's name.
 * @param io Where the explanation goes.
 * @returns The exit code: 0, or 2 for what is no close code.
 */
export function explain(
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const [code, ...more] = args;
  if (code === "--help" || code === "-h") {
    io.write(HELP);
    return Promise.resolve(SUCCESS);
  }
  if (code === undefined || more.length > 0 || !isCloseCode(code)) {
    return Promise.resolve(tellUsage("explain", complaint(args), io));
  }
  io.write(`${wrapAfter(`${code}: `, describeClose(Number(code)), io)}\n`);
  return Promise.resolve(SUCCESS);
}

/** Close codes have four digits and begin with 1 to 4 (RFC 6455, 7.4.2). */
function isCloseCode(text: string): boolean {
  return /^[1-4]\d{3}$/.test(text);
}

function complaint(args: readonly string[]): string {
  const given = args.length === 0
    ? "Nothing was given"
    : `${JSON.stringify(args.join(" "))} is no close code`;
  return `${given}, one number from 1000 to 4999 is wanted`;
}
