/**
 * A token expires every five seconds, ten times, while messages flow. The main
 * thread is frozen during one of these expiries. The worker renews the token over
 * the live connection, shortly before it expires.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/auth_client.ts [--url ws://...] [--expiry 5]
 * ```
 *
 * Without `--url` it starts `auth_server.ts` in another thread.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const EXPIRIES = 10;
const log = getLogger();
const options = parseArgs(Deno.args, { string: ["url", "expiry"] });
const expiry = 1_000 * Number(options.expiry ?? 5);
const server = options.url === undefined ? startServer() : undefined;
const url = options.url ?? `ws://localhost:${await server?.port}`;

const hooks = new URL(import.meta.resolve("./auth_hooks.ts"));
hooks.searchParams.set("endpoint", url.replace(/^ws/, "http"));
await using socket = new ReconnectingWebSocket(url, [], {
  hooks,
  token: {
    placement: { message: { type: "auth", token: "{token}" } },
    renewal: { type: "renew", token: "{token}" },
    leeway: 1_000,
  },
  greeting: { expect: "Authenticated!", reject: "Token Expired" },
});
let disconnects = 0;
socket.addEventListener("disconnect", ({ closeCode, reason }) => {
  disconnects += 1;
  log.warn(`Disconnected: ${closeCode} ${reason}`);
});

const answers: number[] = [];
const stats = Promise.withResolvers<number>();
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(String(data));
  if (message.type === "stats") stats.resolve(message.issued);
  else answers.push(message.n);
});
await socket.opened;
log.info(`Authenticated, for ${expiry / 1_000} s`);

let sent = 0;
const begin = performance.now();
const end = begin + EXPIRIES * expiry;
for (let frozen = 0; performance.now() < end;) {
  socket.send(JSON.stringify({ type: "say", n: sent++ }));
  if (frozen === 0 && performance.now() > begin + 4.5 * expiry) {
    frozen = freeze(1.2 * expiry);
    log.info(`The main thread was frozen for ${Math.round(frozen)} ms`);
  }
  await new Promise((resolve) => setTimeout(resolve, expiry / 50));
}

// Its answer is the last one, so all others have arrived.
socket.send(JSON.stringify({ type: "stats" }));
const tokens = await stats.promise;
const once = new Set(answers).size;
log.info(
  `auth: ${sent} sent, ${once} answered, ${answers.length - once} repeated, ` +
    `${tokens} tokens, ${disconnects} disconnects`,
);
socket.close();
await socket.closed;
server?.worker.terminate();

function startServer() {
  const worker = new Worker(import.meta.resolve("./auth_server.ts"), {
    type: "module",
  });
  const port = new Promise<number>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  return { worker, port };
}

function freeze(duration: number): number {
  const begin = performance.now();
  while (performance.now() < begin + duration);
  return performance.now() - begin;
}
