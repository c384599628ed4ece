import { assertEquals, assertLess } from "@std/assert";
import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
import { work } from "../../bench/harness/usage.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { startTallyServer } from "../soak/tally_server.ts";
import { next, within } from "../waiting.ts";

const NEIGHBOURS = 50;
/** How long the flood lasts at least, in milliseconds. */
const FLOOD = 3_000;
/** What handling a message of the flood takes, in milliseconds. */
const WORK = 0.005;
/** Messages of 100 bytes that the server sends in one go. */
const SURGE = 200_000;
/**
 * The part of a surge's time that nobody may wait for: who is starved waits until
 * a surge is over. A slow machine is slow at both.
 */
const STARVED = 0.5;

Deno.test("WorkerHost() lets a flood hold up neither the heartbeats nor the messages of its neighbours", async () => {
  await using flooding = await startTallyServer();
  await using quiet = await startWsServer({}, "process");
  await using worker = new WorkerHost();
  const flooded = new ReconnectingWebSocket(`${flooding.url}/flood`, [], {
    worker,
  });
  const neighbours = Array.from({ length: NEIGHBOURS }, () => {
    const heartbeat = { interval: 100, timeout: 5_000 };
    return new ReconnectingWebSocket(quiet.url, [], { worker, heartbeat });
  });
  await within(flooded.opened);
  await Promise.all(neighbours.map((each) => next(each, "heartbeat")));
  const startedAt = performance.now();
  const flood = keepFlooding(flooded, startedAt + FLOOD);
  const waits: number[] = [];
  while (performance.now() < flood.end) {
    waits.push(await roundTrip(neighbours[0] as ReconnectingWebSocket));
  }
  const surges = await within(flood.over);
  const starved = STARVED * (performance.now() - startedAt) / surges;
  assertLess(Math.max(...waits), starved);
  for (const { pings } of (await quiet.report()).connections) {
    assertLess(pings.longestGap, starved);
  }
  for (const each of neighbours) assertEquals(each.metrics().disconnects, 0);
});

/** Asks for the next surge as soon as one is over, until `end`; counts them. */
function keepFlooding(
  socket: ReconnectingWebSocket,
  end: number,
): { readonly end: number; readonly over: Promise<number> } {
  const over = Promise.withResolvers<number>();
  let number = 0;
  let left = 0;
  const surge = () => {
    number += 1;
    left = SURGE;
    socket.send(`${number} flood ${SURGE} 100`);
  };
  socket.addEventListener("message", ({ data }) => {
    // The text is the server's count of what it received.
    if (typeof data === "string") return;
    // Slower than the server, so that there is always more.
    work(WORK);
    left -= 1;
    if (left > 0) return;
    if (performance.now() < end) surge();
    else over.resolve(number);
  });
  surge();
  return { end, over: over.promise };
}

/** Milliseconds until what was sent has come back. */
async function roundTrip(socket: ReconnectingWebSocket): Promise<number> {
  const sentAt = performance.now();
  const back = next(socket, "message");
  socket.send("hello");
  await back;
  return performance.now() - sentAt;
}
