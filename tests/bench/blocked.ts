/**
 * What happens while the main thread is blocked.
 *
 * @module
 */

import type { Scenario } from "./harness/scenario.ts";
import { opened } from "./harness/subjects.ts";
import { block, memory } from "./harness/usage.ts";

/** Milliseconds between two heartbeats, and of the block. */
const INTERVAL = 100;
const BLOCK = 10_000;
/** 1 GiB of messages of 16 KiB each. */
const MESSAGE_SIZE = 16_384;
const MESSAGES = 65_536;
/** Long enough for the flood to come to a stop where it is stopped. */
const FLOOD_BLOCK = 3_000;

/** What arrives while the main thread is blocked for longer, and what it may take. */
const ARRIVING = { size: 1_024, messages: 300_000, block: 8_000 };
/** The bound of the inbox and 64 MiB. */
const ARRIVING_MIB = 128;

/** The heartbeat gap, and the memory that a flood takes. */
export const blocked: readonly Scenario[] = [
  {
    name: "arriving",
    rows: [
      {
        title:
          "300,000 × 1 KiB arrive while the main thread is blocked for 8 s: growth",
        figure: "growth",
        unit: "MiB",
        compare: "none",
        reach: ["<=", ARRIVING_MIB],
      },
    ],
    repetitions: 2,
    otherRepetitions: 1,
    subjects: ["native", "holdfast"],
    async measure(connect, { packed }) {
      const client = connect(`${packed}/binary/${ARRIVING.size}`);
      client.binaryType = "arraybuffer";
      await opened(client);
      const before = memory().now;
      client.send(`${ARRIVING.messages}`);
      // The request has to get out first.
      await pause(20);
      block(ARRIVING.block);
      const growth = memory().now - before;
      client.close();
      return { growth };
    },
  },
  {
    name: "heartbeat",
    shown: "all",
    rows: [
      {
        title: "longest heartbeat gap in a 10 s block, at 100 ms",
        figure: "gap",
        unit: "ms",
        compare: "none",
        reach: ["<=", 125],
      },
    ],
    repetitions: 1,
    otherRepetitions: 1,
    together: true,
    async measure(connect, { pinged }) {
      const client = connect(`${pinged}/heartbeat`, { heartbeat: INTERVAL });
      await opened(client);
      // Those without pings of their own send messages, as their users do.
      const timer = setInterval(() => client.send("ping"), INTERVAL);
      await pause(5 * INTERVAL);
      block(BLOCK);
      await pause(5 * INTERVAL);
      clearInterval(timer);
      const gap = await new Promise<number>((resolve) => {
        client.onmessage = ({ data }) => resolve(Number(data));
        client.send("gap");
      });
      client.close();
      return { gap };
    },
  },
  {
    name: "flood",
    shown: "all",
    rows: [
      {
        title: "1 GiB flood, main thread blocked for 3 s: memory while blocked",
        figure: "blocked",
        unit: "MiB",
        compare: "none",
        reach: ["<=", 128],
      },
      {
        title: "… peak until all is delivered",
        figure: "peak",
        unit: "MiB",
        compare: "none",
      },
      {
        title: "… messages lost",
        figure: "lost",
        unit: "",
        compare: "none",
        reach: ["<=", 0],
      },
    ],
    repetitions: 2,
    otherRepetitions: 1,
    subjects: ["native", "holdfast", "ws"],
    async measure(connect, { packed }) {
      const client = connect(`${packed}/binary/${MESSAGE_SIZE}`);
      client.binaryType = "arraybuffer";
      await opened(client);
      const before = memory().now;
      let received = 0;
      const delivered = new Promise<void>((resolve) => {
        client.onmessage = () => {
          received += 1;
          if (received === MESSAGES) resolve();
        };
      });
      client.send(`${MESSAGES}`);
      // The request has to get out first.
      await pause(20);
      block(FLOOD_BLOCK);
      const blocked = memory().now - before;
      await Promise.race([delivered, pause(30_000)]);
      const peak = memory().peak - before;
      client.close();
      return { blocked, peak, lost: MESSAGES - received };
    },
  },
];

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
