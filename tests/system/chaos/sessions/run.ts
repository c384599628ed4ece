/**
 * Runs the lab with sessions.
 *
 * @module
 */

import {
  addUp,
  runLanes,
  type RunOptions,
  type RunResult,
} from "../run_lanes.ts";
import { PERSISTENCES } from "./nodes/faults.ts";
import { COUNTS, type LaneCount, runLane } from "./lane.ts";
import { makeSchedule, type SessionStep, type StoreName } from "./schedule.ts";
import { SETUP_NAMES, type SetupName } from "./setups.ts";

/** What may keep the sessions; `redis` is Redis with each persistence in turn. */
export const STORES = ["sqlite", "redis", ...PERSISTENCES] as const;

type Result = RunResult<SessionStep, LaneCount>;

/** Runs a schedule in each lane, all at once, each on servers of its own. */
export async function run(
  options: RunOptions<SetupName>,
  store: typeof STORES[number] = "sqlite",
): Promise<Result> {
  if (store !== "redis") return await runOn(store, options);
  const parts = PERSISTENCES.length;
  const results = await Promise.all(
    PERSISTENCES.map((persistence, index) =>
      runOn(persistence, {
        ...options,
        seed: options.seed + index * options.lanes,
        faults: Math.ceil(options.faults / parts),
        lanes: Math.ceil(options.lanes / parts),
      })
    ),
  );
  return {
    faults: results.reduce((sum, { faults }) => sum + faults, 0),
    total: addUp(COUNTS, results.map(({ total }) => total)),
    failures: results.flatMap(({ failures }) => failures),
  };
}

async function runOn(
  store: StoreName,
  options: RunOptions<SetupName>,
): Promise<Result> {
  return await runLanes({
    command: `deno task chaos --session --store ${store}`,
    counts: COUNTS,
    setups: SETUP_NAMES,
    tries: 2,
    // Each takes a minute.
    maxShrunk: 2,
    // Both lists together have turns of different lengths only by this.
    turns: (lane) => ({
      transport: lane + Math.floor(lane / SETUP_NAMES.length),
      setup: lane + SETUP_NAMES.length / 3 * STORES.indexOf(store),
    }),
    makeSchedule: (each) => makeSchedule(each, store),
    runLane: (steps, lane) => runLane(steps, lane, store),
  }, options);
}
