/**
 * Typed messages: a chat whose messages zod checks, a request that waits for its
 * answer, and a subscription that survives a lost connection.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/dispatch.ts [--url ws://...]
 * ```
 *
 * Without `--url` it starts its own server, which sends two messages that the
 * schemas do not allow, and drops the connection once.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { z } from "zod";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { dispatcher } from "@holdfast/websocket/messages";

const log = getLogger();
const { url } = parseArgs(Deno.args, { string: ["url"] });
await using server = url === undefined ? serve() : undefined;
const address = url ?? `ws://localhost:${server?.addr.port}`;

await using socket = new ReconnectingWebSocket(address, [], {
  backoff: { strategy: "exponential", initialDelay: 100 },
});
socket.addEventListener("disconnect", ({ delay }) => {
  log.warn(`Connection lost, next attempt in ${Math.round(delay)} ms`);
});

using messages = dispatcher(socket, {
  new_message: z.object({ room: z.string(), text: z.string() }),
  members: z.object({ names: z.array(z.string()) }),
}, {
  invalid: ({ type, issues: [issue] }) =>
    log.warn(`Invalid ${type}: ${issue?.message}`),
  unknown: ({ type }) => log.warn(`Unknown: ${type}`),
});

const twice = new Promise<void>((resolve) => {
  let received = 0;
  messages.on("new_message", ({ room, text }) => {
    log.info(`${room}: ${text}`);
    if ((received += 1) === 2) resolve();
  });
});
using _tea = messages.subscribe("join", { room: "tea" }, {
  unsubscribe: { type: "leave", data: { room: "tea" } },
});

const { names } = await messages.request("who", { room: "tea" }, {
  reply: "members",
  timeout: 10_000,
});
log.info(`In the room: ${names.join(", ")}`);
messages.send("drop_me");
await twice;

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.onmessage = ({ data }) => {
      const { type, id, room } = JSON.parse(data);
      if (type === "who") send({ type: "members", id, names: ["ann", "bob"] });
      if (type === "drop_me") socket.close(1012);
      if (type !== "join") return;
      send({ type: "new_message", room, text: "Welcome" });
      send({ type: "new_message", room, text: 42 });
      send({ type: "weather", sky: "grey" });
    };
    return response;
  });
}
