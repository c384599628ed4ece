/**
 * The shortest program: it sends before there is a connection, and reads the
 * answers.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/echo.ts [--url ws://...] [TEXT ...]
 * ```
 *
 * Without `--url` it starts its own server.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const log = getLogger();
const { url, _: words } = parseArgs(Deno.args, { string: ["url", "_"] });
await using server = url === undefined ? serve() : undefined;

await using socket = new ReconnectingWebSocket(
  url ?? `ws://localhost:${server?.addr.port}`,
);
for (const word of words.length > 0 ? words : ["hello"]) {
  socket.send(String(word));
  log.info(`The server said: ${await socket.receive({ timeout: 10_000 })}`);
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
}
