/**
 * Loses no message: a client with a session sends numbers, and the server answers
 * each of them, while the network is cut, the main thread is frozen, and the
 * server's process is killed and started again on its file.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write --allow-run examples/session.ts
 * ```
 *
 * Number n is sent every 10 ms. Its answer is stored in one step with its
 * acceptance, so answers 1, 2, 3 and so on, each once, prove both directions.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

import { deadline, delay } from "@std/async";
import { parseArgs } from "@std/cli";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { startNetwork } from "./session/network.ts";
import { ServerProcess } from "./session/server_process.ts";
import { Tally } from "./session/tally.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "cuts", "freeze"],
  boolean: ["help"],
  default: { seconds: "30", cuts: "10", freeze: "5" },
});
const [seconds, cuts, freeze] = [flags.seconds, flags.cuts, flags.freeze]
  .map(Number) as [number, number, number];
if (flags.help || !(seconds > freeze && freeze >= 0 && cuts >= 0)) {
  console.log(
    "Usage: examples/session.ts [--seconds 30] [--cuts 10] [--freeze 5]",
  );
  Deno.exit(flags.help ? 0 : 2);
}

/** How often a number is sent, in milliseconds. */
const INTERVAL = 10;
/** How long the server is away after it was killed, in milliseconds. */
const AWAY = 500;
/** How long the last answers may take, in milliseconds. */
const PATIENCE = 20_000;

await using server = await ServerProcess.start();
using network = await startNetwork(server.port);
const tally = new Tally();
const socket = new ReconnectingWebSocket(network.url, [], { session: true });
socket.addEventListener("open", ({ reconnected, session }) => {
  if (reconnected) tally.reconnects += 1;
  if (session?.kind === "lost") tally.note(`session lost: ${session.why}`);
});
socket.addEventListener("drop", ({ count, reason, first, last }) => {
  tally.note(`${count} dropped (${reason}), numbers ${first} to ${last}`);
});
socket.addEventListener("message", ({ data }) => tally.received(Number(data)));
await socket.opened;

const end = seconds * 1_000;
const sending = setInterval(() => socket.send(`${tally.nextSent()}`), INTERVAL);
const showing = setInterval(() => tally.show(), 250);
const times = Array.from({ length: cuts }, (_, cut) => (cut + 0.5) / cuts);
for (const part of times) network.cut(part * end);
const restarted = at(0.3, killServer);
await Promise.all([
  ...times.map((part) => at(part, () => tally.note("network cut"))),
  restarted,
  at(0.5, freezeThread),
  // A slow machine may not have started it again yet.
  at(0.8, () => restarted.then(killServer)),
  delay(end),
]);
clearInterval(sending);
// What does not come in time counts as lost.
await deadline(tally.settled(), PATIENCE).catch(() => {});
clearInterval(showing);
socket.close();
await socket.closed;
console.log(tally.summary());
Deno.exitCode = tally.isPerfect ? 0 : 1;

/** Does something at a part of the whole time. */
async function at(part: number, act: () => unknown): Promise<void> {
  await delay(part * end);
  await act();
}

async function killServer(): Promise<void> {
  tally.note("server killed");
  await server.kill();
  await delay(AWAY);
  network.connectTo(await server.restart());
  tally.restarts += 1;
  tally.note("server started again");
}

/** Blocks the thread, as a long computation or a debugger does. */
function freezeThread(): void {
  tally.note(`main thread frozen for ${freeze} s`);
  const until = performance.now() + freeze * 1_000;
  while (performance.now() < until);
}
