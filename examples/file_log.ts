/**
 * Writes errors as JSON lines into a file with rotation: `socket.log`, and up to
 * three older files of 64 KiB each.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write examples/file_log.ts \
 *   [--url ws://...] [--file socket.log]
 * ```
 *
 * Without `--url` it starts its own server, which is overloaded at first, and then
 * refuses the client.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { formatters, getLogger, RotatingFileHandler, setup } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const flags = parseArgs(Deno.args, {
  string: ["url", "file"],
  default: { file: "socket.log" },
});
const file = new RotatingFileHandler("WARN", {
  filename: flags.file,
  maxBytes: 64 * 1024,
  maxBackupCount: 3,
  formatter: formatters.jsonFormatter,
});
setup({
  handlers: { file },
  loggers: { default: { level: "WARN", handlers: ["file"] } },
});
await using server = flags.url === undefined ? serve() : undefined;

await using socket = new ReconnectingWebSocket(
  flags.url ?? `ws://localhost:${server?.addr.port}`,
  [],
  {
    backoff: { strategy: "exponential", initialDelay: 50 },
    logger: getLogger(),
  },
);
socket.addEventListener("error", ({ error }) => {
  getLogger().error(error.message, error.name);
});
await socket.closed.catch(() => {});
file.flush();

function serve(): Deno.HttpServer<Deno.NetAddr> {
  const statuses = [503, 503, 403];
  return Deno.serve({ port: 0, onListen() {} }, () => {
    return new Response(null, { status: statuses.shift() ?? 403 });
  });
}
