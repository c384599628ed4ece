/**
 * Runs the lab without sessions.
 *
 * @module
 */

import { COUNTS, type LaneCount, runLane } from "./lane.ts";
import {
  runLanes,
  type RunOptions,
  type RunResult,
  TRANSPORTS,
} from "./run_lanes.ts";
import { startNumberingServer } from "./server/numbering_server.ts";
import { type ChaosStep, makeSchedule } from "./schedule/schedule.ts";
import { type Setup, SETUP_NAMES } from "./setups.ts";

/** Runs a schedule in each lane, all at once, on one server. */
export async function run(
  options: RunOptions<Setup>,
): Promise<RunResult<ChaosStep, LaneCount>> {
  await using server = await startNumberingServer();
  return await runLanes({
    command: "deno task chaos",
    counts: COUNTS,
    setups: SETUP_NAMES,
    tries: 3,
    maxShrunk: Infinity,
    // The next setup after a turn of the transports.
    turns: (lane) => ({
      transport: lane,
      setup: Math.floor(lane / TRANSPORTS.length),
    }),
    makeSchedule,
    runLane: (steps, lane) => runLane(steps, server, lane),
  }, options);
}
