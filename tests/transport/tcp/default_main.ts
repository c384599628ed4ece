/**
 * Opens a connection to a URL, in a worker or on its own thread, and prints what
 * carries it, or the name of the error.
 *
 * ```sh
 * deno run --allow-net tests/transport/tcp/default_main.ts <url> none|shared [ws]
 * ```
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";

const [url = "", worker, transport] = Deno.args;

await using socket = new ReconnectingWebSocket(url, [], {
  worker: worker === "none" ? "none" : "shared",
  transport: transport === "ws" ? "ws" : "auto",
  backoff: { maxAttempts: 1 },
});
let outcome: string;
try {
  await socket.opened;
  const { status } = socket;
  const carrier = status.kind === "open" ? status.transport : undefined;
  outcome = carrier ?? status.kind;
} catch (error) {
  outcome = error instanceof Error ? error.name : `${error}`;
}
Deno.stdout.writeSync(new TextEncoder().encode(outcome));
