/**
 * Three libraries with our WebSocket class: graphql-ws, rxjs and y-websocket. Their
 * sockets live in the worker, and they reconnect by their own rules.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-env examples/drop_in.ts \
 *   [--url ws://...]
 * ```
 *
 * Without `--url` it starts its own server. A server for `--url` needs the paths
 * `/graphql`, `/echo` and `/notes` (see `drop_in/server.ts`). The libraries read the
 * environment; ours does not.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { createClient } from "graphql-ws";
import { firstValueFrom } from "rxjs";
import { webSocket } from "rxjs/webSocket";
import { WebsocketProvider } from "y-websocket";
import { Doc } from "yjs";
import { WorkerWebSocket } from "@holdfast/websocket";
import { serve } from "./drop_in/server.ts";

const log = getLogger();
const flags = parseArgs(Deno.args, { string: ["url"] });
await using server = flags.url === undefined ? serve() : undefined;
const url = flags.url ?? `ws://localhost:${server?.addr.port}`;

log.info(`graphql-ws: ${await countDown()}`);
log.info(`rxjs: ${await echo("hello")}`);
log.info(`y-websocket: ${await share("a shared note")}`);

async function countDown(): Promise<string> {
  const client = createClient({
    url: `${url}/graphql`,
    webSocketImpl: WorkerWebSocket,
  });
  const query = "subscription { countdown(from: 3) }";
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query })) {
    results.push(data?.countdown);
  }
  await client.dispose();
  return results.join(" ");
}

async function echo(text: string): Promise<string> {
  const subject = webSocket<string>({
    url: `${url}/echo`,
    WebSocketCtor: WorkerWebSocket,
  });
  subject.next(text);
  return await firstValueFrom(subject);
}

async function share(text: string): Promise<string> {
  const [here, there] = [new Doc(), new Doc()];
  const providers = [here, there].map((doc) =>
    new WebsocketProvider(url, "notes", doc, {
      WebSocketPolyfill: WorkerWebSocket,
      disableBc: true,
    })
  );
  const arrived = new Promise((resolve) => there.once("update", resolve));
  here.getText().insert(0, text);
  await arrived;
  const note = there.getText().toString();
  for (const each of [...providers, here, there]) each.destroy();
  return note;
}
