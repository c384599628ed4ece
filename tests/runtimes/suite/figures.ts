/** What is measured in each runtime. */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { block, end, gapsOf, next, type Stage, wait } from "./case.ts";

/** Milliseconds. */
export interface Figures {
  /** The longest silence that the server saw, main thread blocked for 5 s, a ping each 100 ms. */
  readonly heartbeatGap: number;
  /** From the constructor to `open`, in a fresh worker. */
  readonly firstOpen: number;
  /** From `send()` to the event of the echo, the median of 300. */
  readonly roundTrip: number;
}

/** Measures, in a few seconds. */
export async function measure(stage: Stage): Promise<Figures> {
  return {
    firstOpen: await firstOpen(stage),
    roundTrip: await roundTrip(stage),
    heartbeatGap: await heartbeatGap(stage),
  };
}

async function firstOpen({ url }: Stage): Promise<number> {
  const startedAt = performance.now();
  const socket = new ReconnectingWebSocket(url("echo"), [], {
    worker: "dedicated",
  });
  await socket.opened;
  const took = performance.now() - startedAt;
  await end(socket);
  return took;
}

async function roundTrip({ url }: Stage): Promise<number> {
  const socket = new ReconnectingWebSocket(url("echo"));
  await socket.opened;
  const times: number[] = [];
  for (let n = 0; n < 300; n++) {
    const answer = next(socket, "message");
    const sentAt = performance.now();
    socket.send("round trip");
    await answer;
    times.push(performance.now() - sentAt);
  }
  await end(socket);
  times.sort((a, b) => a - b);
  return times[150] ?? NaN;
}

async function heartbeatGap({ url, seen, isFull }: Stage): Promise<number> {
  const at = url("echo");
  const socket = new ReconnectingWebSocket(at, [], {
    heartbeat: {
      interval: 100,
      ...isFull ? {} : { message: "ping", expect: "pong" },
    },
  });
  await socket.opened;
  await wait(300);
  block(5_000);
  await wait(100);
  const { heard } = await seen(at);
  await end(socket);
  return Math.max(0, ...gapsOf(heard));
}
