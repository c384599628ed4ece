/**
 * The same faults for sessions on two nodes, and for socket.io with its Redis
 * Streams adapter.
 *
 * @module
 */

import { delay } from "@std/async";
import { describe, type Outcome } from "../outcome.ts";
import { PEERS } from "../peers.ts";
import { cutQuickly, judgeFault } from "../steps.ts";
import { NodesStage } from "./stage.ts";

interface NodesFault {
  readonly title: string;
  /** For `redis-server`. */
  readonly options: readonly string[];
  run(stage: NodesStage): Promise<Outcome>;
}

const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** The table, with its head. */
export async function lossesOfNodes(): Promise<
  readonly (readonly string[])[]
> {
  const body: string[][] = [];
  for (const { title, options, run } of FAULTS) {
    const cells: string[] = [];
    for (const peer of PEERS) {
      await using stage = await NodesStage.open(peer, options);
      cells.push(describe(await run(stage)));
    }
    body.push([title, ...cells]);
  }
  return [
    ["fault", "holdfast, two nodes", "socket.io 4.8, Redis Streams adapter"],
    ...body,
  ];
}

const FAULTS: readonly NodesFault[] = [
  down("a cut, back to the same node", (stage) => stage.cut()),
  down("a cut, on to the other node", async (stage) => {
    await stage.moveOn();
    await stage.cut();
  }),
  down("half-open: the client notices, the node does not", async (stage) => {
    await stage.balancer.apply({ type: "hold-close" });
    await stage.balancer.apply({ type: "half-close", direction: "down" });
  }),
  down("cut three times within the recovery", async (stage) => {
    for (let time = 0; time < 3; time += 1) {
      await stage.cut();
      await delay(420);
    }
  }),
  down("a node is killed, clients move", async (stage) => {
    await stage.moveOn();
    await stage.nodes[0][Symbol.asyncDispose]();
  }),
  down("a node is stopped for 2 s, clients move", async (stage) => {
    await stage.moveOn();
    stage.nodes[0].signal("SIGSTOP");
    await stage.cut();
    const awake = delay(2_000).then(() => stage.nodes[0].signal("SIGCONT"));
    await stage.emit(20, 50);
    await awake;
  }),
  {
    title: "eight rounds of four quick cuts under a steady stream",
    options: [],
    run: (stage) =>
      stage.judgeDown(async () => {
        for (let round = 0; round < 8; round += 1) {
          await cutQuickly(stage, () => stage.cut());
        }
      }),
  },
  {
    title: "client to server, a cut and a move",
    options: [],
    run: (stage) =>
      stage.judgeUp(40, async () => {
        for (let number = 1; number <= 40; number += 1) {
          for (const client of stage.clients) client.send(number);
          if (number === 20) {
            await stage.moveOn();
            await stage.cut();
          }
          await delay(20);
        }
      }),
  },
  {
    ...down("Redis is killed, with `appendfsync always`", async ({ redis }) => {
      await redis.kill();
      await redis.run();
      await delay(500);
    }),
    options: DURABLE,
  },
  down(
    "Redis is killed without persistence, while clients are away",
    async (stage) => {
      await stage.balancer.apply({ type: "refuse" });
      await stage.cut();
      await stage.emit(5, 20);
      await stage.redis.kill();
      await stage.redis.run();
      await stage.calm();
      await delay(2_000);
    },
  ),
];

function down(
  title: string,
  fault: (stage: NodesStage) => Promise<void>,
): NodesFault {
  return { title, options: [], run: (stage) => judgeFault(stage, fault) };
}
