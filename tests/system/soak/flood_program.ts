/**
 * A flood from a server while the main thread is blocked, in a process that
 * does nothing else. It prints its report as one line of JSON.
 *
 * ```sh
 * deno run --allow-all tests/system/soak/flood_program.ts 1024
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { memory } from "../../bench/harness/usage.ts";
import { block } from "../waiting.ts";
import type { FloodReport } from "./report.ts";
import { startTallyServer } from "./tally_server.ts";

/** In bytes. */
const SIZE = 16_384;
/** Long enough for the flood to come to a stop, in milliseconds. */
const BLOCK = 3_000;

if (import.meta.main) {
  const [mebibytes = 256] = Deno.args.map(Number);
  console.log(JSON.stringify(await flood(mebibytes * 2 ** 20 / SIZE)));
}

async function flood(messages: number): Promise<FloodReport> {
  await using server = await startTallyServer();
  await using socket = new ReconnectingWebSocket(`${server.url}/flood`);
  const all = Promise.withResolvers<void>();
  let received = 0;
  let disordered = 0;
  await socket.opened;
  const before = memory().now;
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") return;
    const [number] = new Uint32Array(data, 0, 1);
    received += 1;
    if (number !== received) disordered += 1;
    if (received === messages) all.resolve();
  });
  socket.addEventListener("disconnect", () => all.resolve());
  socket.send(`1 flood ${messages} ${SIZE}`);
  // It has to leave this thread first.
  await new Promise((resolve) => setTimeout(resolve, 50));
  block(BLOCK);
  const atTheEnd = memory();
  const arrivedBlocked = socket.metrics().received.messages;
  await all.promise;
  return {
    messages,
    received,
    disordered,
    arrivedBlocked,
    blockedMiB: atTheEnd.now - before,
    peakMiB: memory().peak - before,
    disconnects: socket.metrics().disconnects,
  };
}
