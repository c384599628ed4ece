/**
 * Web Streams with backpressure: it sends lines as fast as the server takes them,
 * and reads the answers as fast as it prints them.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/streams.ts [--url ws://...] [FILE]
 * ```
 *
 * Without `--url` it starts its own server, which answers in upper case. Without a
 * file it sends its own source.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const log = getLogger();
const { url, _: [path] } = parseArgs(Deno.args, { string: ["url", "_"] });
await using server = url === undefined ? serve() : undefined;

await using socket = new ReconnectingWebSocket(
  url ?? `ws://localhost:${server?.addr.port}`,
);
const text = await Deno.readTextFile(path ?? new URL(import.meta.url));
const lines = text.trimEnd().split("\n");

const sending = ReadableStream.from(lines)
  .pipeTo(socket.writable, { preventClose: true });
await socket.readable
  .pipeThrough(take(lines.length))
  .pipeTo(new WritableStream({ write: (line) => void log.info(`${line}`) }));
await sending;

/** Ends after so many chunks. */
function take<T>(count: number): TransformStream<T, T> {
  let left = count;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if ((left -= 1) === 0) controller.terminate();
    },
  });
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data.toUpperCase());
    return response;
  });
}
