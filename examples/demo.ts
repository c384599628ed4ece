/**
 * Compares a plain `WebSocket` with a `ReconnectingWebSocket` in half a minute.
 * Both run on one main thread, which is frozen for ten seconds; then the server
 * dies and comes back.
 *
 * ```sh
 * deno task demo
 * ```
 *
 * The server pings each second and drops a client that misses a pong. Both clients
 * send a message every 100 ms, which the server echoes. The plain client reconnects
 * one second after a loss, as most hand-written code does.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

import { delay } from "@std/async";
import { parseArgs } from "@std/cli";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { EchoCounter } from "./demo/echo_counter.ts";
import { PlainClient } from "./demo/plain_client.ts";
import type { Command, Report } from "./demo/server.ts";
import type { Client } from "./demo/timeline.ts";

const unknown: string[] = [];
const flags = parseArgs(Deno.args, {
  string: ["freeze"],
  boolean: ["help"],
  default: { freeze: "10" },
  unknown: (argument) => void unknown.push(argument),
});
const freezeSeconds = Number(flags.freeze);
const isValid = freezeSeconds > 0 && freezeSeconds <= 60;
if (flags.help || !isValid || unknown.length > 0) {
  console.log(
    "Usage: deno task demo [--freeze SECONDS]   (1 to 60, default 10)",
  );
  Deno.exit(flags.help ? 0 : 2);
}

const SEND_INTERVAL = 100;
const HEARTBEAT = { interval: 100, timeout: 3_000 };
const SERVER_AWAY = 3_000;

const server = new Worker(new URL("./demo/server.ts", import.meta.url), {
  type: "module",
});
const { port1: reports, port2 } = new MessageChannel();
server.postMessage("port", [port2]);
const { port } = await nextReport("listening");
const address = `ws://127.0.0.1:${port}`;

const counter = new EchoCounter();
const holdfast = new ReconnectingWebSocket(`${address}/holdfast`, [], {
  heartbeat: HEARTBEAT,
  backoff: { strategy: "exponential", initialDelay: 500, maxDelay: 1_000 },
});
holdfast.addEventListener(
  "message",
  ({ data }) => counter.received(Number(data)),
);
const plain = new PlainClient(`${address}/plain`);
await Promise.all([holdfast.opened, plain.opened]);

const live = Deno.stdout.isTerminal();
console.log(
  "As the server sees it:  █ frames arrive   · silence   × no connection\n",
);
command({
  type: "draw",
  style: live ? "live" : "lines",
  colours: live && !Deno.noColor ? "on" : "off",
});
const sending = setInterval(() => {
  holdfast.send(String(counter.nextSent()));
  plain.send("tick");
}, SEND_INTERVAL);

await phase("Both connected, a message every 100 ms", 3_000);
command({
  type: "phase",
  text: `Main thread frozen for ${freezeSeconds} s`,
  measure: "gaps",
});
await delay(SEND_INTERVAL);
freeze(freezeSeconds * 1_000);
command({ type: "phase", text: "Main thread awake again", measure: "nothing" });
const frozen = await report();
await delay(3_000);
await phase("Server dead", SERVER_AWAY, { type: "die" });
await phase("Server back", 4_000, { type: "return" });

clearInterval(sending);
await Promise.race([counter.settled(), delay(5_000, { persistent: false })]);
const { seen } = await report();
command({ type: "end" });
await holdfast[Symbol.asyncDispose]();
plain.close();
reports.close();
server.terminate();
conclude();

async function phase(
  text: string,
  duration: number,
  first?: Command,
): Promise<void> {
  if (first !== undefined) command(first);
  command({ type: "phase", text, measure: "nothing" });
  await delay(duration);
}

/** Blocks the thread, as a long computation or a debugger does. */
function freeze(duration: number): void {
  const end = performance.now() + duration;
  while (performance.now() < end);
}

async function report(): Promise<Extract<Report, { type: "report" }>> {
  command({ type: "report" });
  return await nextReport("report");
}

function command(message: Command): void {
  reports.postMessage(message);
}

function nextReport<T extends Report["type"]>(
  type: T,
): Promise<Extract<Report, { type: T }>> {
  return new Promise((resolve) => {
    reports.onmessage = ({ data }: MessageEvent<Report>) => {
      if (isReport(data, type)) resolve(data);
    };
  });
}

function isReport<T extends Report["type"]>(
  report: Report,
  type: T,
): report is Extract<Report, { type: T }> {
  return report.type === type;
}

function conclude(): void {
  const { sent, received, lost, repeated, disordered } = counter.totals;
  const gap = (client: Client) => Math.round(frozen.seen[client].longestGap);
  const row = (client: Client) =>
    `  ${client.padEnd(10)}${
      String(frozen.seen[client].disconnects).padStart(8)
    }` +
    `${`${gap(client)} ms`.padStart(15)}${
      String(seen[client].disconnects).padStart(14)
    }`;
  console.log(`
            dropped    longest gap  disconnects
             frozen         frozen       in all
${row("plain")}
${row("holdfast")}

Messages in transit when the server died are lost: ${lost} of ${sent} here. This holds
for each client that sends a message at most once. Messages sent while the server
was away were queued, and arrived.
`);
  console.log(
    `demo: plain ${frozen.seen.plain.disconnects} disconnects, longest gap ${
      gap("plain")
    } ms; ` +
      `holdfast ${frozen.seen.holdfast.disconnects} disconnects, longest gap ${
        gap("holdfast")
      } ms, ` +
      `${sent} sent, ${received} received, ${lost} lost, ${repeated} repeated, ` +
      `${disordered} out of order`,
  );
}
