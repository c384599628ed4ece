/**
 * Runs several lanes of sessions at once, and finds the shortest schedule of one
 * that failed.
 *
 * @module
 */

import type { TransportName } from "../../../../lib/connection/config/transports.ts";
import { shrink } from "../shrink.ts";
import { countFaults } from "../strikes.ts";
import { TRANSPORTS } from "../run.ts";
import {
  add,
  type LaneOptions,
  type LaneResult,
  NOTHING,
  runLane,
} from "./lane.ts";
import { makeSchedule, type SessionStep } from "./schedule.ts";
import { SETUP_NAMES, type SetupName } from "./setups.ts";

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
  /** `"all"`: the lanes take turns. */
  readonly setup: SetupName | "all";
  /** Only these steps, by their index. */
  readonly steps?: readonly number[];
}

/** A schedule that failed, as short as could be found. */
export interface Failure {
  readonly plan: Plan;
  readonly schedule: readonly SessionStep[];
  readonly result: LaneResult;
}

/** What came of a run. */
export interface RunResult {
  readonly faults: number;
  readonly total: LaneResult;
  readonly failures: readonly Failure[];
}

/** What one lane does. */
export interface Plan {
  readonly seed: number;
  readonly steps: readonly SessionStep[];
  /** The index of each step in the whole schedule. */
  readonly chosen: readonly number[];
  readonly lane: LaneOptions;
}

/** How often a part of a schedule is tried before it counts as harmless. */
const TRIES = 2;
/** How long a failure is shrunk, in milliseconds. */
const PATIENCE = 60_000;
/** How many failures are shrunk: each takes a minute. */
const MAX_SHRUNK = 2;

/** Runs a schedule in each lane, all at once. */
export async function run(options: RunOptions): Promise<RunResult> {
  const plans = planLanes(options);
  const results = await Promise.all(
    plans.map(({ steps, lane }) => runLane(steps, lane)),
  );
  const failures: Failure[] = [];
  for (const [index, plan] of plans.entries()) {
    const result = results[index] ?? NOTHING;
    if (result.evidence === undefined) continue;
    const { steps } = result.evidence;
    const schedule = failures.length < MAX_SHRUNK
      ? await shrinkLane(steps, plan.lane)
      : steps;
    failures.push({ plan, schedule, result });
  }
  return {
    faults: plans.reduce((sum, { steps }) => sum + countFaults(steps), 0),
    total: results.reduce(add, NOTHING),
    failures,
  };
}

/** Writes the command that repeats a failure. */
export function repeatCommand(
  { plan, schedule }: Pick<Failure, "plan" | "schedule">,
  { faults, lanes, threads }: RunOptions,
): string {
  const { seed, lane, steps, chosen } = plan;
  const indexes = schedule.map((step) => chosen[steps.indexOf(step)] ?? NaN);
  return `deno task chaos --session --seed ${seed} --faults ${
    Math.ceil(faults / lanes)
  } --lanes 1 --transport ${lane.transport} --setup ${lane.setup} ` +
    `--threads ${threads} --steps ${indexes.join(",")}`;
}

/** Makes the plan of each lane. */
export function planLanes(options: RunOptions): readonly Plan[] {
  const { lanes, threads, transport, setup } = options;
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
        // Both lists together have turns of different lengths only by this.
        transport: transport === "all"
          ? turnOf(TRANSPORTS, index + Math.floor(index / SETUP_NAMES.length))
          : transport,
        setup: setup === "all" ? turnOf(SETUP_NAMES, index) : setup,
        worker: threads === "killed" ? "mortal" : "shared",
      },
    };
  });
}

function turnOf<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}

async function shrinkLane(
  steps: readonly SessionStep[],
  lane: LaneOptions,
): Promise<readonly SessionStep[]> {
  const end = performance.now() + PATIENCE;
  let tries = 0;
  return await shrink(steps, async (part) => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (performance.now() > end) return false;
      tries += 1;
      const name = `${lane.name}-${tries}`;
      const { violations } = await runLane(part, { ...lane, name });
      if (violations.length > 0) return true;
    }
    return false;
  });
}
