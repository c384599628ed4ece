/**
 * What goes on while the main thread is blocked: one block for all cases.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import {
  type Ability,
  blockIdly,
  type Case,
  check,
  end,
  equal,
  gapsOf,
  next,
  type Seen,
  type Stage,
  wait,
} from "./case.ts";

/** How long the main thread is blocked, in milliseconds. */
const BLOCK = 2_000;
/** The same where a worker must start meanwhile, on a machine that is busy. */
const START = 10_000;
/** The time between two heartbeats, in milliseconds. */
const INTERVAL = 100;
/** How late a heartbeat may be on an idle machine, in milliseconds. */
const LATENESS = 25;

/** How many of them are on time on a busy machine. */
const ON_TIME = 0.75;

/** How long the main thread is blocked here, in milliseconds. */
export function blockOf({ gives }: Pick<Stage, "gives">): number {
  return gives.includes("start") ? START : BLOCK;
}

/** One promise about a blocked main thread. */
export interface BlockedCase {
  readonly name: string;
  /** Runtimes that do not give this do without the case. */
  readonly needs: Ability;
  /** Prepares the case just before the block. */
  readonly begin: (stage: Stage) => Promise<Begun>;
}

/** A case that waits for the block. */
export interface Begun {
  /** What the server shall report. */
  readonly url: string;
  /** Proves the promise by what the server had seen at the end of the block. */
  readonly check: (seen: Seen) => Promise<void>;
}

/** The cases, in the order in which they begin. */
export const ISOLATION: readonly BlockedCase[] = [
  {
    name: "keeps heartbeats on time while the main thread is blocked",
    needs: "isolation",
    begin: async ({ url, isFull }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at, [], {
        heartbeat: {
          interval: INTERVAL,
          ...isFull ? {} : { message: "ping", expect: "pong" },
        },
      });
      await socket.opened;
      await wait(3 * INTERVAL);
      return {
        url: at,
        check: async ({ heard, now }) => {
          const gaps = gapsOf([...heard, now]).sort((a, b) => a - b);
          const most = gaps[Math.floor(gaps.length * ON_TIME)] ?? Infinity;
          const longest = gaps.at(-1) ?? Infinity;
          // A busy machine makes some late. A blocked thread would send none.
          check(
            most <= INTERVAL + LATENESS && longest < BLOCK / 2,
            `The silences were ${gaps.map(Math.round).join()} ms`,
          );
          await end(socket);
        },
      };
    },
  },
  {
    name: "delivers in order what came while the main thread was blocked",
    needs: "isolation",
    begin: async ({ url }) => {
      const at = url("ticks");
      const socket = new ReconnectingWebSocket(at);
      equal(await socket.receive(), "1");
      return {
        url: at,
        check: async () => {
          const startedAt = performance.now();
          for (let n = 2; n < 60; n++) equal(await socket.receive(), `${n}`);
          const took = performance.now() - startedAt;
          check(took < 1_000, `What had come took ${took} ms more`);
          await end(socket);
        },
      };
    },
  },
  {
    name: "replaces a lost connection while the main thread is blocked",
    needs: "isolation",
    begin: async ({ url }) => {
      const at = url("drop/300");
      const socket = new ReconnectingWebSocket(at, [], {
        backoff: { first: 1, cap: 1 },
      });
      await socket.opened;
      const opens = next(socket, "open");
      return {
        url: at,
        check: async ({ connectedAt }) => {
          equal(connectedAt.length, 2);
          await opens;
          await end(socket);
        },
      };
    },
  },
  {
    name: "connects while the main thread is blocked from the constructor on",
    needs: "start",
    // deno-lint-ignore require-await -- the block follows at once
    begin: async ({ url }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at, [], { worker: "dedicated" });
      socket.send("early");
      return {
        url: at,
        check: async ({ now, connectedAt }) => {
          // A worker that waits for this thread connects after the block.
          const [at = Infinity] = connectedAt;
          check(now - at > 100, `It connected ${now - at} ms before the end`);
          await socket.opened;
          equal(await socket.receive(), "early");
          await end(socket);
        },
      };
    },
  },
];

/** A flood would keep the server from hearing what others do meanwhile. */
export const PAUSE: Case = {
  name: "pauses a server, and loses nothing, while the main thread is blocked",
  needs: "network",
  run: async ({ url }) => {
    const count = 100_000;
    const socket = new ReconnectingWebSocket(url(`flood/${count}`), [], {
      inbox: { maxMessages: 1_000 },
    });
    await socket.opened;
    blockIdly(BLOCK / 4);
    let heard = 0;
    for await (const message of socket) {
      heard += 1;
      if (message !== `${heard}`) equal(message, `${heard}`);
      if (heard === count) break;
    }
    await end(socket);
  },
};
