/**
 * A clean end: on Ctrl+C it accepts no more messages, waits until all accepted ones
 * are sent, and closes. A second Ctrl+C ends it at once.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/shutdown.ts [--url ws://...]
 * ```
 *
 * Without `--url` it starts its own server, which counts the messages.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const log = getLogger();
const { url } = parseArgs(Deno.args, { string: ["url"] });
await using server = url === undefined ? serve() : undefined;

const interrupted = new AbortController();
Deno.addSignalListener("SIGINT", onInterrupt);
await using socket = new ReconnectingWebSocket(
  url ?? `ws://localhost:${server?.addr.port}`,
);

const accepted = [socket.write("Measurement 1")];
await Promise.all(accepted);
const timer = setInterval(() => {
  accepted.push(socket.write(`Measurement ${accepted.length + 1}`));
}, 5);
log.info("Sending, until you press Ctrl+C");
await new Promise((resolve) => {
  interrupted.signal.addEventListener("abort", resolve);
});

clearInterval(timer);
const outcomes = await Promise.allSettled(accepted);
const lost = outcomes.filter(({ status }) => status === "rejected").length;
socket.close(1000, "Done");
const { wasClean } = await socket.closed;
log.info(`${accepted.length} accepted, ${lost} lost, clean: ${wasClean}`);

function onInterrupt(): void {
  // From now on the signal has its default effect: it ends the process.
  Deno.removeSignalListener("SIGINT", onInterrupt);
  interrupted.abort();
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    let count = 0;
    socket.onmessage = () => count += 1;
    socket.onclose = () => log.info(`The server has ${count}`);
    return response;
  });
}
