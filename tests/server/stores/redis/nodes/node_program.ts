/**
 * A server node in a process of its own: its replies say what it handles. For
 * "slow" it takes two seconds, and says when it begins. Arguments: Redis's port,
 * the node's name.
 */

import { createClient } from "@redis/client";
import { SessionServer } from "../../../../../lib/server/mod.ts";
import { redisStore } from "../../../../../lib/server/stores/redis/mod.ts";
import { KEY } from "../../../listening.ts";

const SLOW = 2_000;

const [port, name] = Deno.args;
const client = await createClient({ url: `redis://127.0.0.1:${port}` })
  .on("error", () => {}).connect();
const subscriber = await client.duplicate().on("error", () => {}).connect();
const sessions = new SessionServer({
  key: KEY,
  // A busy machine may take longer than the default.
  store: redisStore({ client, subscriber, timeout: 10_000 }),
  takeoverTimeout: 200,
  authenticate: () => "ann",
  handler: {
    async message(_session, { data, redelivered, reply }) {
      if (data === "slow") {
        await say("slow");
        await new Promise((resolve) => setTimeout(resolve, SLOW));
      }
      reply(`${name} ${data}${redelivered ? " again" : ""}`);
    },
  },
});
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen() {} },
  (request) => sessions.upgrade(request),
);
await say(`${server.addr.port}`);

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
