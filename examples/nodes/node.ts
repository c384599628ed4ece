/**
 * A server node: it answers each message with the same text, and says in a file
 * what it handles and which sessions it took over. Arguments: the URL of Redis,
 * what the names of keys begin with, the file.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- The process that starts it reads the port.

import { delay } from "@std/async";
import { createClient } from "@redis/client";
import { SessionServer } from "@holdfast/websocket/server";
import { redisStore } from "@holdfast/websocket/server/redis";

const [url = "", prefix = "", path = ""] = Deno.args;

/** Each so many messages one takes a while, so that deaths come in between. */
const SLOW = 5;

const file = await Deno.open(path, { append: true });
const encoder = new TextEncoder();
/** Before the message is accepted: whatever was handled is in the file. */
const note = (line: string) => void file.writeSync(encoder.encode(`${line}\n`));

const client = await createClient({ url }).on("error", () => {}).connect();
const subscriber = await client.duplicate().on("error", () => {}).connect();
const sessions: SessionServer = new SessionServer({
  key: "a key that is only good for a demonstration",
  authenticate: (request) =>
    new URL(request.url).searchParams.get("client") ??
      new Response(null, { status: 401 }),
  store: redisStore({ client, subscriber, prefix }),
  takeoverTimeout: 500,
  tombstone: 60_000,
  // Cut more often than clients of any service.
  limits: { resumes: 1_000 },
  handler: {
    resumed: () =>
      note(`takeovers ${Deno.pid} ${sessions.metrics().takenOver}`),
    async message({ principal }, { seq, data, redelivered, reply }) {
      note(`handled ${principal} ${data} ${redelivered ? "again" : "first"}`);
      if (seq % SLOW === 0) await delay(50);
      reply(data);
    },
  },
});

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, (request) => sessions.upgrade(request));

// Nobody needs it when the process is gone that started it.
for await (const _ of Deno.stdin.readable);
Deno.exit();
