/**
 * The point in half a minute: a plain `WebSocket` and a `ReconnectingWebSocket`
 * side by side on one main thread, which is frozen for ten seconds; then the
 * server dies and comes back.
 *
 * ```sh
 * deno task demo
 * ```
 *
 * The server pings each second and drops a client that misses a pong. Both
 * clients send a numbered message every 100 ms through its echo; the plain one
 * is reopened a second after it was lost, as most hand-written code does.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it is for

import { delay } from "@std/async";
import { parseArgs } from "@std/cli";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { Ledger } from "./demo/ledger.ts";
import { PlainClient } from "./demo/plain_client.ts";
import type { Order, Report } from "./demo/server.ts";
import type { Client } from "./demo/timeline.ts";

const flags = parseArgs(Deno.args, {
  string: ["freeze"],
  boolean: ["help"],
  default: { freeze: "10" },
});
const freezeSeconds = Number(flags.freeze);
if (flags.help || !(freezeSeconds > 0 && freezeSeconds <= 60)) {
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
const { port1: desk, port2 } = new MessageChannel();
server.postMessage("report here", [port2]);
const { port } = await nextReport("listening");
const address = `ws://127.0.0.1:${port}`;

const ledger = new Ledger();
const holdfast = new ReconnectingWebSocket(`${address}/holdfast`, [], {
  heartbeat: HEARTBEAT,
  backoff: { strategy: "exponential", initialDelay: 500, maxDelay: 1_000 },
});
holdfast.addEventListener(
  "message",
  ({ data }) => ledger.received(Number(data)),
);
const plain = new PlainClient(`${address}/plain`);
await Promise.all([holdfast.opened, plain.opened]);

const live = Deno.stdout.isTerminal();
console.log(
  "As the server sees it:  █ frames arrive   · silence   × no connection\n",
);
order({
  type: "draw",
  style: live ? "live" : "lines",
  colours: live && !Deno.noColor ? "on" : "off",
});
const sending = setInterval(() => {
  holdfast.send(String(ledger.nextSent()));
  plain.send("tick");
}, SEND_INTERVAL);

await phase("Both connected, a message every 100 ms", 3_000);
order({
  type: "phase",
  text: `Main thread frozen for ${freezeSeconds} s`,
  measure: "gaps",
});
await delay(SEND_INTERVAL);
freeze(freezeSeconds * 1_000);
order({ type: "phase", text: "Main thread awake again", measure: "nothing" });
const frozen = await report();
await delay(3_000);
await phase("Server dead", SERVER_AWAY, { type: "die" });
await phase("Server back", 4_000, { type: "return" });

clearInterval(sending);
await Promise.race([ledger.settled(), delay(5_000, { persistent: false })]);
const { seen } = await report();
order({ type: "end" });
await holdfast[Symbol.asyncDispose]();
plain.close();
desk.close();
server.terminate();
conclude();

async function phase(
  text: string,
  duration: number,
  first?: Order,
): Promise<void> {
  if (first !== undefined) order(first);
  order({ type: "phase", text, measure: "nothing" });
  await delay(duration);
}

/** What a long computation, a synchronous prompt or a debugger does. */
function freeze(duration: number): void {
  const end = performance.now() + duration;
  while (performance.now() < end);
}

async function report(): Promise<Extract<Report, { type: "report" }>> {
  order({ type: "report" });
  return await nextReport("report");
}

function order(message: Order): void {
  desk.postMessage(message);
}

function nextReport<T extends Report["type"]>(
  type: T,
): Promise<Extract<Report, { type: T }>> {
  return new Promise((resolve) => {
    desk.onmessage = ({ data }: MessageEvent<Report>) => {
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
  const { sent, received, lost, repeated, disordered } = ledger.totals;
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

What was on the wire when the server died is lost with any client that sends at
most once: ${lost} of ${sent} messages here. What was sent while the server was away
was queued, and arrived.
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
