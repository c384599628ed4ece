import { requires } from "../../../requirements.ts";
import type { RunOptions } from "../../run_lanes.ts";
import { survive } from "../../survive.ts";
import { run } from "../run.ts";
import type { SetupName } from "../setups.ts";

Deno.test(
  "sessions lose and repeat nothing in silence through 240 faults of two nodes and their Redis",
  requires("redis"),
  async () => {
    const runNodes = (options: RunOptions<SetupName>) => run(options, "redis");
    await survive(runNodes, {
      seed: 1,
      faults: 240,
      lanes: 6,
      threads: "blocked",
      transport: "all",
      setup: "all",
    });
  },
);
