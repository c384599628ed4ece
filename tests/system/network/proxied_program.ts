/**
 * Sends a text to an echo server by each class that connects, in a worker and on
 * this thread, and prints what came back, or the kind of the error.
 *
 * ```sh
 * deno run --allow-net --allow-read tests/system/network/proxied_program.ts <url> [authority]
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import {
  ConnectError,
  ReconnectingWebSocket,
  WorkerWebSocket,
} from "@holdfast/websocket";

const [url = "", authority = ""] = Deno.args;

/** Echoes a text over a socket that reconnects, unless its first attempt fails. */
async function reconnecting(worker: "shared" | "none"): Promise<string> {
  await using socket = new ReconnectingWebSocket(url, [], {
    worker,
    backoff: { maxAttempts: 1 },
    ...authority !== "" && { tls: { caCerts: [authority] } },
  });
  try {
    socket.send("hello");
    const data = await socket.receive();
    return `${data}`;
  } catch (error) {
    const { cause } = error as Error;
    return cause instanceof ConnectError ? cause.kind : `${error}`;
  }
}

/** The same over one that does not; it takes no authorities. */
function platformLike(): Promise<string> {
  const socket = new WorkerWebSocket(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => {
    resolve(`${data}`);
    socket.close();
  };
  socket.onerror = () => resolve("error");
  return promise;
}

const results = [await reconnecting("shared"), await reconnecting("none")];
if (authority === "") results.push(await platformLike());
console.log(JSON.stringify(results));
