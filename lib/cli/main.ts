/**
 * Runs the command that the first argument names.
 *
 * @module
 */

import { nearestName } from "../client/options/validate.ts";
import { NAME, VERSION } from "../platform/release.ts";
import {
  FAILURE,
  reportLine,
  reportUsage,
  type Run,
  SUCCESS,
} from "./command.ts";
import type { ProcessIo } from "./terminal/command_io.ts";
import { OutputError } from "./terminal/output_error.ts";

const HELP = `WebSockets that stay connected, from a terminal

Usage: <command> [options]

  connect <url>       talk to a server, and stay connected
  serve               start an echo server
  doctor <url>        check the way to a server, and say what to do
  sessions            list, show and end the sessions in a Redis
  storm               simulate a fleet that loses its server
  explain <code>      explain a close code

<command> --help shows its options; -V or --version shows the version.
`;

/** Each command is loaded with its dependencies when it is called. */
const COMMANDS: ReadonlyMap<string, () => Promise<Run<ProcessIo>>> = new Map([
  ["connect", async () => (await import("./connect/connect.ts")).connect],
  ["serve", async () => (await import("./serve/serve.ts")).serve],
  ["doctor", async () => (await import("./doctor/doctor.ts")).doctor],
  ["sessions", async () => (await import("./sessions/sessions.ts")).sessions],
  ["storm", async () => (await import("./storm/storm.ts")).storm],
  ["explain", async () => (await import("./explain.ts")).explain],
]);

/**
 * Runs the command that the first argument names.
 *
 * @param args The arguments of the process.
 * @param io The surroundings of the process.
 * @returns The exit code.
 */
export async function main(
  args: readonly string[],
  io: ProcessIo,
): Promise<number> {
  try {
    return await runNamed(args, io);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    if (error.kind === "reader gone") return SUCCESS;
    reportLine("holdfast", `Cannot write to stdout: ${error.message}`, io);
    return FAILURE;
  }
}

async function runNamed(
  args: readonly string[],
  io: ProcessIo,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    io.write(HELP);
    return SUCCESS;
  }
  if (name === "--version" || name === "-V") {
    io.write(`${NAME} ${VERSION}\n`);
    return SUCCESS;
  }
  const load = COMMANDS.get(name ?? "");
  if (load !== undefined) return await (await load())(rest, io);
  return reportUsage("holdfast", complaintAbout(name), io);
}

function complaintAbout(name: string | undefined): string {
  const names = [...COMMANDS.keys()];
  const list = `there are ${names.join(", ")}, and --help`;
  if (name === undefined) return `No command was given; ${list}`;
  const nearest = nearestName(name, names);
  const advice = nearest === undefined ? list : `did you mean ${nearest}?`;
  return `There is no command ${JSON.stringify(name)}; ${advice}`;
}
