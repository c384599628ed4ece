/**
 * Runs the lab with sessions.
 *
 * @module
 */

import { runLanes, type RunOptions, type RunResult } from "../run_lanes.ts";
import { COUNTS, type LaneCount, runLane } from "./lane.ts";
import { makeSchedule, type SessionStep } from "./schedule.ts";
import { SETUP_NAMES, type SetupName } from "./setups.ts";

/** Runs a schedule in each lane, all at once, each on a server of its own. */
export async function run(
  options: RunOptions<SetupName>,
): Promise<RunResult<SessionStep, LaneCount>> {
  return await runLanes({
    command: "deno task chaos --session",
    counts: COUNTS,
    setups: SETUP_NAMES,
    tries: 2,
    // Each takes a minute.
    maxShrunk: 2,
    // Both lists together have turns of different lengths only by this.
    turns: (lane) => ({
      transport: lane + Math.floor(lane / SETUP_NAMES.length),
      setup: lane,
    }),
    makeSchedule,
    runLane,
  }, options);
}
