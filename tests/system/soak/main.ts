/**
 * The soak: 10,000 reconnects and 10 million messages in one process.
 *
 * ```sh
 * deno task soak
 * deno run --allow-all tests/system/soak/main.ts --reconnects 500 --messages 200000
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { refuseUnknown } from "../../refuse_unknown.ts";
import {
  type FloodReport,
  judge,
  type Report,
  type SoakPlan,
  trendsOf,
} from "./report.ts";

/** The full length. */
const FULL: SoakPlan = {
  reconnects: 10_000,
  messages: 10_000_000,
  around: 10,
  reader: "events",
  closeEvery: 250,
  pauses: 0.02,
};

/**
 * When a program counts as hanging, in milliseconds, and what a message adds. It
 * says nothing of how quick the client is: with half of a slow core the 200,000
 * messages take more than 100 s.
 */
const LIMIT = { base: 180_000, perMessage: 0.2 } as const;

/** What came of a run. */
export interface SoakResult {
  readonly report: Report;
  /** What the process wrote to standard error: warnings. */
  readonly warnings: string;
}

/**
 * Runs the soak in a process of its own.
 *
 * @param plan What differs from the full length.
 * @returns Its report.
 */
export async function soak(plan: Partial<SoakPlan>): Promise<SoakResult> {
  const full = { ...FULL, ...plan };
  const { line, warnings } = await runProgram(
    "program",
    JSON.stringify(full),
    full.messages,
  );
  return { report: JSON.parse(line), warnings };
}

/**
 * Floods a client whose main thread is blocked, in a process of its own.
 *
 * @param mebibytes How much the server sends.
 * @returns Its report.
 */
export async function flood(mebibytes: number): Promise<FloodReport> {
  // Messages of 16 KiB.
  const messages = mebibytes * 64;
  const { line } = await runProgram(
    "flood_program",
    `${mebibytes}`,
    messages,
  );
  return JSON.parse(line);
}

async function runProgram(
  name: string,
  argument: string,
  messages: number,
): Promise<{ readonly line: string; readonly warnings: string }> {
  const limit = LIMIT.base + messages * LIMIT.perMessage;
  const { stdout, stderr, signal } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--v8-flags=--expose-gc",
      new URL(`./${name}.ts`, import.meta.url).href,
      argument,
    ],
    signal: AbortSignal.timeout(limit),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  const warnings = decoder.decode(stderr);
  const [line = ""] = decoder.decode(stdout).trimEnd().split("\n").slice(-1);
  if (!line.startsWith("{")) {
    const end = signal === null ? "" : ` by ${signal}, at most ${limit} ms`;
    throw new Error(`${name} failed${end}: ${warnings}`);
  }
  return { line, warnings };
}

if (import.meta.main) {
  const { reconnects, messages } = parseArgs(Deno.args, {
    string: ["reconnects", "messages"],
    unknown: refuseUnknown(
      "deno run --allow-all tests/system/soak/main.ts " +
        "[--reconnects COUNT] [--messages COUNT]",
    ),
    default: {
      reconnects: `${FULL.reconnects}`,
      messages: `${FULL.messages}`,
    },
  });
  const { report, warnings } = await soak({
    reconnects: Number(reconnects),
    messages: Number(messages),
  });
  print(report);
  const faults = [...judge(report), ...warnings ? [warnings] : []];
  const { blockedMiB, peakMiB, messages: sent, received } = await flood(1_024);
  console.log(
    `flood: 1 GiB while the main thread was blocked: ${
      blockedMiB.toFixed(0)
    } MiB ` +
      `more meanwhile, ${peakMiB.toFixed(0)} MiB at the most until all was ` +
      `delivered, ${sent - received} messages lost`,
  );
  for (const fault of faults) console.log(`soak: ${fault}`);
  console.log(`soak: ${faults.length === 0 ? "passed" : "failed"}`);
  if (faults.length > 0) Deno.exitCode = 1;
}

function print({ seconds, samples, balances, left, rejections }: Report): void {
  const { reconnects = 0 } = samples.at(-1) ?? {};
  console.log(`soak: ${reconnects} reconnects in ${seconds.toFixed(0)} s`);
  for (const balance of balances) console.log(JSON.stringify(balance));
  for (const { name, first, last, growth } of trendsOf(samples)) {
    const slope = growth / reconnects * 1_000;
    console.log(
      `${name}: ${first} to ${last}, the line grows by ${growth.toFixed(1)}, ` +
        `${slope.toFixed(3)} per 1,000 reconnects`,
    );
  }
  console.log(`left: ${JSON.stringify(left)}; ${rejections} rejections`);
}
