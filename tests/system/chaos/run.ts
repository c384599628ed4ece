/**
 * Runs several lanes at once, and finds the shortest schedule of one that
 * failed.
 *
 * @module
 */

import {
  add,
  type LaneOptions,
  type LaneResult,
  NOTHING,
  runLane,
} from "./lane.ts";
import {
  type NumberingServer,
  startNumberingServer,
} from "./numbering_server.ts";
import { type ChaosStep, makeSchedule } from "./schedule.ts";
import type { TransportName } from "../../../lib/connection/config/transports.ts";
import { type Setup, SETUP_NAMES } from "./setups.ts";
import { shrink } from "./shrink.ts";
import { countFaults } from "./strikes.ts";

/** All that Deno has. */
export const TRANSPORTS: readonly TransportName[] = ["tcp", "ws", "native"];

/** How a run is made. */
export interface RunOptions {
  /** The seed of the first lane; each further one adds 1. */
  readonly seed: number;
  /** In all lanes together, at least. */
  readonly faults: number;
  readonly lanes: number;
  /** Which faults there are besides those of network and server. */
  readonly threads: "none" | "blocked" | "killed";
  /** `"all"`: the lanes take turns. */
  readonly transport: TransportName | "all";
  /** `"all"`: the lanes take turns, after a turn of the transports. */
  readonly setup: Setup | "all";
  /** Only these steps, by their index. */
  readonly steps?: readonly number[];
}

/** A schedule that failed, as short as could be found. */
export interface Failure {
  readonly seed: number;
  readonly transport: TransportName;
  readonly setup: Setup;
  readonly steps: readonly number[];
  readonly schedule: readonly ChaosStep[];
  readonly result: LaneResult;
}

/** What came of a run. */
export interface RunResult {
  readonly faults: number;
  readonly total: LaneResult;
  readonly failures: readonly Failure[];
}

/** How often a part of a schedule is tried before it counts as harmless. */
const TRIES = 3;
/** How long a failure is shrunk, in milliseconds. */
const PATIENCE = 60_000;

/** Runs a schedule in each lane, all at once. */
export async function run(options: RunOptions): Promise<RunResult> {
  await using server = await startNumberingServer();
  const plans = planLanes(options);
  const results = await Promise.all(
    plans.map(({ steps, lane }) => runLane(steps, server, lane)),
  );
  const failures: Failure[] = [];
  for (const [index, { seed, steps, chosen, lane }] of plans.entries()) {
    const result = results[index] ?? NOTHING;
    if (result.evidence === undefined) continue;
    const short = await shrinkLane(result.evidence.steps, server, lane);
    failures.push({
      seed,
      transport: lane.transport,
      setup: lane.setup,
      steps: short.map((step) => chosen[steps.indexOf(step)] ?? NaN),
      schedule: short,
      result,
    });
  }
  return {
    faults: plans.reduce((sum, { steps }) => sum + countFaults(steps), 0),
    total: results.reduce(add, NOTHING),
    failures,
  };
}

/** Writes the command that repeats a failure. */
export function repeatCommand(
  { seed, transport, setup, steps }: Failure,
  { faults, lanes, threads }: RunOptions,
): string {
  const each = Math.ceil(faults / lanes);
  return `deno task chaos --seed ${seed} --faults ${each} --lanes 1 ` +
    `--transport ${transport} --setup ${setup} --threads ${threads} --steps ${
      steps.join(",")
    }`;
}

interface Plan {
  readonly seed: number;
  readonly steps: readonly ChaosStep[];
  /** The index of each step in the whole schedule. */
  readonly chosen: readonly number[];
  readonly lane: LaneOptions;
}

function planLanes(options: RunOptions): readonly Plan[] {
  const { lanes, threads, transport } = options;
  const faults = Math.ceil(options.faults / lanes);
  return Array.from({ length: lanes }, (_, index) => {
    const seed = options.seed + index;
    const all = makeSchedule({ seed, faults, threads });
    const chosen = options.steps ?? all.map((_, step) => step);
    return {
      seed,
      chosen,
      steps: chosen.flatMap((step) => all[step] ?? []),
      lane: {
        name: `seed-${seed}`,
        transport: transport === "all"
          ? TRANSPORTS[index % TRANSPORTS.length]!
          : transport,
        setup: options.setup === "all"
          ? SETUP_NAMES[
            Math.floor(index / TRANSPORTS.length) % SETUP_NAMES.length
          ]!
          : options.setup,
        worker: threads === "killed" ? "mortal" : "shared",
      },
    };
  });
}

async function shrinkLane(
  steps: readonly ChaosStep[],
  server: NumberingServer,
  lane: LaneOptions,
): Promise<readonly ChaosStep[]> {
  const end = performance.now() + PATIENCE;
  let tries = 0;
  return await shrink(steps, async (part) => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (performance.now() > end) return false;
      tries += 1;
      const name = `${lane.name}-${tries}`;
      const { violations } = await runLane(part, server, { ...lane, name });
      if (violations.length > 0) return true;
    }
    return false;
  });
}
