/** The user of Redis that `docs/redis.md` makes for the store. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { redisStore } from "../../../../../lib/server/stores/redis/mod.ts";
import { requires } from "../../../../system/requirements.ts";
import { Heard, serveDeno } from "../../../listening.ts";
import { TestClient } from "../../../test_client.ts";
import { RedisClients, RedisServer } from "../redis_server.ts";

const PAGE = new URL("../../../../../docs/redis.md", import.meta.url);

/** The line of the page, as arguments for Redis. */
async function userOfPage(): Promise<readonly string[]> {
  const line = /^user (.*)$/m.exec(await Deno.readTextFile(PAGE))?.[1];
  assert(line !== undefined);
  return line.split(" ");
}

Deno.test(
  "redisStore() needs no more than docs/redis.md permits, with either client",
  requires("redis"),
  async () => {
    const user = await userOfPage();
    await using redis = await RedisServer.start("--user", ...user);
    await using clients = new RedisClients(redis.port);
    const [name = "", password = ""] = [user[0], user[2]?.slice(1)];
    const nodeRedis = async () => {
      const client = await clients.nodeRedis();
      await client.sendCommand(["AUTH", name, password]);
      return client;
    };
    const ioRedis = async () => {
      const client = await clients.ioRedis();
      await client.auth(name, password);
      return client;
    };
    const client = await nodeRedis();
    await using first = redisStore({ client, subscriber: await nodeRedis() });
    await using second = redisStore({
      ...{ client: await ioRedis(), subscriber: await ioRedis() },
    });
    const echo = () => new Heard((message) => message.reply(message.data));
    await using one = serveDeno(echo(), { store: first });
    await using two = serveDeno(echo(), { store: second });
    await using visitor = await new TestClient(one.url).connect();
    visitor.send("a");
    await visitor.until(() => visitor.delivered.length === 1);
    visitor.url = two.url;
    visitor.dial();
    await visitor.until(() => visitor.news.length === 2);
    await one.sessions.session(visitor.news[0]!.ticket.session).send("b");
    await visitor.until(() => visitor.delivered.length === 2);
    assertEquals([await first.due(1), await second.touch([], 1)], [[], []]);
    assertEquals(
      [one, two].map(({ sessions }) => sessions.metrics().storeFailures),
      [0, 0],
    );
    for (const command of [["GET", "other"], ["KEYS", "*"], ["FLUSHALL"]]) {
      await assertRejects(() => client.sendCommand(command), Error, "NOPERM");
    }
  },
);
