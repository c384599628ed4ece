/**
 * Prints a feed as JSON lines. After a lost connection it requests what it missed.
 * Logs go to stderr, so that stdout can be piped.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/tail.ts [--url ws://...] \
 *   [--count N] | jq .text
 * ```
 *
 * Without `--url` it starts its own server, which numbers its messages and drops the
 * connection after every second one.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { BaseHandler, getLogger, setup } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

class StderrHandler extends BaseHandler {
  override log(line: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}
setup({
  handlers: { stderr: new StderrHandler("INFO") },
  loggers: { default: { level: "INFO", handlers: ["stderr"] } },
});
const log = getLogger();
const flags = parseArgs(Deno.args, { string: ["url", "count"] });
await using server = flags.url === undefined ? serve() : undefined;

await using socket = new ReconnectingWebSocket(
  flags.url ?? `ws://localhost:${server?.addr.port}`,
  [],
  { backoff: { strategy: "exponential", initialDelay: 100 } },
);
let last = 0;
let left = Number(flags.count ?? (server === undefined ? Infinity : 6));
socket.addEventListener("open", () => socket.send(JSON.stringify({ last })));
socket.addEventListener("disconnect", ({ closeCode, delay }) => {
  log.warn(`Lost with ${closeCode}, next attempt in ${Math.round(delay)} ms`);
});

const stdout = Deno.stdout.writable.getWriter();
for await (const message of socket) {
  const record = JSON.parse(String(message));
  last = record.number ?? last;
  await stdout.write(
    new TextEncoder().encode(`${JSON.stringify(record)}\n`),
  );
  if ((left -= 1) <= 0) break;
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      const { last } = JSON.parse(data);
      for (const number of [last + 1, last + 2]) {
        socket.send(JSON.stringify({ number, text: `News ${number}` }));
      }
      socket.close(1012);
    };
    return response;
  });
}
