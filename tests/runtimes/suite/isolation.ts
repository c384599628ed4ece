/** What goes on while the main thread is blocked. */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import {
  block,
  type Case,
  check,
  end,
  equal,
  longestGap,
  next,
  wait,
} from "./case.ts";

/** How long the main thread is blocked, in milliseconds. */
const BLOCK = 2_000;
/** How late a heartbeat may be on a busy machine, in milliseconds. */
const LATENESS = 400;

/** The cases. */
export const ISOLATION: readonly Case[] = [
  {
    name: "keeps heartbeats on time while the main thread is blocked",
    needs: "isolation",
    run: async ({ url, seen, isFull }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at, [], {
        heartbeat: {
          interval: 100,
          ...isFull ? {} : { message: "ping", expect: "pong" },
        },
      });
      await socket.opened;
      await wait(300);
      block(BLOCK);
      await wait(100);
      const { heard } = await seen(at);
      const gap = longestGap(heard);
      check(heard.length > 15, `Only ${heard.length} frames came`);
      check(gap < 100 + LATENESS, `The longest silence was ${gap} ms`);
      await end(socket);
    },
  },
  {
    name: "connects while the main thread is blocked from the constructor on",
    needs: "start",
    run: async ({ url, seen }) => {
      const at = url("echo");
      const startedAt = performance.now();
      const socket = new ReconnectingWebSocket(at);
      socket.send("early");
      block(BLOCK);
      const blockedFor = performance.now() - startedAt;
      await socket.opened;
      equal(await socket.receive(), "early");
      const { heard, connections } = await seen(at);
      equal(connections, 1);
      check(heard.length > 0, `Nothing came in ${blockedFor} ms`);
      await end(socket);
    },
  },
  {
    name: "replaces a lost connection while the main thread is blocked",
    needs: "isolation",
    run: async ({ url, seen }) => {
      const at = url("drop/300");
      const socket = new ReconnectingWebSocket(at, [], {
        backoff: { first: 1, cap: 1 },
      });
      await socket.opened;
      const opens = next(socket, "open");
      block(BLOCK);
      // Asked at once: a connection made later would be the third.
      const { connections } = await seen(at);
      equal(connections, 2);
      await opens;
      await end(socket);
    },
  },
  {
    name: "delivers in order what came while the main thread was blocked",
    needs: "isolation",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("ticks"));
      equal(await socket.receive(), "1");
      block(BLOCK);
      const startedAt = performance.now();
      for (let n = 2; n < 60; n++) equal(await socket.receive(), `${n}`);
      const took = performance.now() - startedAt;
      check(took < 1_000, `What came in ${BLOCK} ms took ${took} ms more`);
      await end(socket);
    },
  },
  {
    name:
      "pauses a server, and loses nothing, while the main thread is blocked",
    needs: "network",
    run: async ({ url }) => {
      const count = 100_000;
      const socket = new ReconnectingWebSocket(url(`flood/${count}`), [], {
        inbox: { maxMessages: 1_000 },
      });
      await socket.opened;
      block(BLOCK / 2);
      let heard = 0;
      for await (const message of socket) {
        heard += 1;
        if (message !== `${heard}`) equal(message, `${heard}`);
        if (heard === count) break;
      }
      await end(socket);
    },
  },
];
