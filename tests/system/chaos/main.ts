/**
 * The chaos lab as a program.
 *
 * ```sh
 * deno task chaos --seed 1 --faults 1000 --threads killed
 * deno task chaos --session --seed 1 --faults 50000 --threads killed
 * deno task chaos --session --store redis --seed 1 --faults 1000
 * ```
 *
 * `--histories FOLDER` keeps what was seen wherever something was wrong.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { refuseUnknown } from "../../refuse_unknown.ts";
import { afterWarmUp, growthOf, type Point } from "../soak/slope.ts";
import { type RunOptions, TRANSPORTS } from "./run_lanes.ts";
import { printFailures, printRecoveries } from "./print.ts";
import { run } from "./run.ts";
import { report } from "./sessions/report.ts";
import { STORES } from "./sessions/run.ts";
import { SETUP_NAMES as SESSION_SETUPS } from "./sessions/setups.ts";
import { type Setup, SETUP_NAMES } from "./setups.ts";

/** How often the process is measured, in milliseconds. */
const PERIOD = 2_000;
const MEASURES = ["heapMiB", "rssMiB", "threads", "descriptors"] as const;

const DEFAULTS = {
  seed: "1",
  faults: "1000",
  lanes: "27",
  threads: "blocked",
  transport: "all",
  setup: "all",
};

const USAGE = "deno task chaos [--session] [--store NAME] [--seed NUMBER] " +
  "[--faults COUNT] [--lanes COUNT] [--threads none|blocked|killed] " +
  "[--transport NAME] [--setup NAME] [--steps LIST] [--histories FOLDER]";

interface Sample {
  /** In milliseconds. */
  readonly at: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
  readonly threads: number;
  readonly descriptors: number;
}

if (import.meta.main) {
  const { store = "sqlite", histories } = parseArgs(Deno.args, {
    string: ["store", "histories"],
  });
  const isWell = Deno.args.includes("--session")
    ? await report(readOptions(Deno.args, SESSION_SETUPS), {
      store: oneOf(store, STORES),
      histories,
    })
    : await reportPlain(readOptions(Deno.args, SETUP_NAMES), histories);
  if (!isWell) Deno.exitCode = 1;
}

/** Runs it without sessions, prints what came of it, and says whether all went well. */
async function reportPlain(
  options: RunOptions<Setup>,
  histories: string | undefined,
): Promise<boolean> {
  const started = performance.now();
  const samples: Sample[] = [];
  const timer = setInterval(() => samples.push(sample()), PERIOD);
  const result = await run(options);
  clearInterval(timer);
  const { total } = result;
  const { counts } = total;
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `chaos: seed ${options.seed}, ${result.faults} faults in ${
      seconds.toFixed(0)
    } s, ${counts.clients} clients, ${counts.connections} connections, ` +
      `${counts.messages} messages, ${counts.lostOnTheWire} lost on the wire, ` +
      `${total.violations.length} violations`,
  );
  printRecoveries(total.recoveries);
  for (const name of MEASURES) {
    const points = samples.map((each): Point => [each.at, each[name]]);
    const growth = growthOf(afterWarmUp(points));
    console.log(
      `${name}: ${points.at(-1)?.[1]} at the end, ` +
        `the line through ${points.length} samples grows by ${
          growth.toFixed(1)
        }`,
    );
  }
  printFailures(result.failures, histories);
  return result.failures.length === 0;
}

function readOptions<Name extends string>(
  args: readonly string[],
  setups: readonly Name[],
): RunOptions<Name> {
  const { steps, ...given } = parseArgs([...args], {
    string: [...Object.keys(DEFAULTS), "steps", "store", "histories"],
    boolean: ["session"],
    default: DEFAULTS,
    unknown: refuseUnknown(USAGE),
  });
  return {
    seed: Number(given.seed),
    faults: Number(given.faults),
    lanes: Number(given.lanes),
    threads: oneOf(given.threads, ["none", "blocked", "killed"]),
    transport: oneOf(given.transport, ["all", ...TRANSPORTS]),
    setup: oneOf(given.setup, ["all", ...setups]),
    ...steps !== undefined && { steps: `${steps}`.split(",").map(Number) },
  };
}

function oneOf<T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new TypeError(`Cannot use ${value}: one of ${allowed} is wanted`);
}

function sample(): Sample {
  const { heapUsed, rss } = Deno.memoryUsage();
  return {
    at: performance.now(),
    heapMiB: Math.round(heapUsed / 2 ** 20),
    rssMiB: Math.round(rss / 2 ** 20),
    threads: count("/proc/self/task"),
    descriptors: count("/proc/self/fd"),
  };
}

function count(folder: string): number {
  return [...Deno.readDirSync(folder)].length;
}
