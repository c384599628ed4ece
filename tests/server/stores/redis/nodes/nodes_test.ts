/** Two server nodes that share their sessions over Redis. */

import { assert, assertEquals } from "@std/assert";
import type { SessionStore } from "../../../../../lib/session/store/store.ts";
import { requires } from "../../../../system/requirements.ts";
import { until } from "../../../../system/waiting.ts";
import { Heard, serveDeno, serveWs } from "../../../listening.ts";
import { TestClient } from "../../../test_client.ts";
import { RedisPlace } from "../places.ts";

const NEEDED = requires("redis");

function echo(): Heard {
  return new Heard((message) => message.reply(`re ${message.data}`));
}

Deno.test(
  "SessionServer gives a session to another node over Redis, and hears of its messages",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await using one = serveDeno(echo(), { store: await place.open() });
    await using two = await serveWs(echo(), { store: await place.open() });
    await using client = await new TestClient(one.url).connect();
    client.send("a");
    await client.until(() => client.delivered.length === 1);
    client.url = two.url;
    client.dial();
    await client.until(() => client.news.length === 2);
    const { session } = client.news[0]!.ticket;
    await one.sessions.session(session).send("from the other node");
    await one.sessions.session(session).send(new Uint8Array([0, 255]));
    await client.until(() => client.delivered.length === 3);
    client.send("b");
    await client.until(() => client.delivered.length === 4);
    assertEquals(client.delivered, [
      ...["re a", "from the other node", new Uint8Array([0, 255]), "re b"],
    ]);
    assertEquals([one.heard.texts, two.heard.texts], [["a"], ["b"]]);
    await one.heard.until(() => one.sessions.metrics().connections === 0);
    const { fenced, replied } = one.sessions.metrics();
    const { takenOver } = two.sessions.metrics();
    assertEquals({ fenced, replied, takenOver }, {
      ...{ fenced: 1, replied: 1, takenOver: 1 },
    });
    await client.close();
    await two.heard.until(() => two.heard.calls.includes("ended bye 2 0"));
  },
);

Deno.test(
  "SessionServer waits for a handler of another node, and no longer than it says",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const aborted = Promise.withResolvers<Event>();
    const hangs = new Heard(({ signal }) => {
      signal.onabort = aborted.resolve;
      return new Promise(() => {});
    });
    const options = { takeoverTimeout: 200 };
    await using one = serveDeno(hangs, {
      store: await place.open(),
      ...options,
    });
    await using two = serveDeno(echo(), {
      store: await place.open(),
      ...options,
    });
    await using client = await new TestClient(one.url).connect();
    client.send("a", "b");
    await hangs.until(() => hangs.messages.length === 1);
    client.url = two.url;
    client.dial();
    await client.until(() => client.delivered.length === 2);
    assertEquals(two.heard.texts[0], "a again");
    assertEquals(client.delivered, ["re a", "re b"]);
    await aborted.promise;
  },
);

Deno.test(
  "SessionServer finishes a handler before another node goes on",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const finish = Promise.withResolvers<void>();
    const slow = new Heard(async (message) => {
      await finish.promise;
      message.reply("slow");
    });
    await using one = serveDeno(slow, { store: await place.open() });
    const store = onBusy(await place.open(), () => finish.resolve());
    await using two = serveDeno(echo(), { store });
    await using client = await new TestClient(one.url).connect();
    client.send("a", "b");
    await slow.until(() => slow.messages.length === 1);
    client.url = two.url;
    client.dial();
    await client.until(() => client.delivered.length === 2);
    assertEquals(client.delivered, ["slow", "re b"]);
    assertEquals([slow.texts, two.heard.texts], [["a"], ["b"]]);
  },
);

Deno.test(
  "SessionServer loses nothing when Redis is killed with its AOF, and flags what may be repeated",
  NEEDED,
  async () => {
    const durable = ["--appendonly", "yes", "--appendfsync", "always"];
    await using place = await RedisPlace.start("nodeRedis", ...durable);
    const store = await place.open();
    await using one = serveDeno(echo(), { store, takeoverTimeout: 100 });
    await using client = await new TestClient(one.url).connect();
    client.send("a");
    await client.until(() => client.delivered.length === 1);
    await place.server.kill();
    client.send("b");
    await client.until(() => client.closeCodes.length === 1);
    assertEquals(client.closeCodes, [4503]);
    await place.server.run();
    await until(async () => {
      await client.connect();
      return client.state.kind === "attached";
    });
    await client.until(() => client.delivered.length === 2);
    assertEquals(client.delivered, ["re a", "re b"]);
    assertEquals(client.dropped.length, 0);
  },
);

Deno.test(
  "SessionServer tells a client what a Redis without persistence has forgotten",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start("ioRedis");
    await using one = serveDeno(echo(), { store: await place.open() });
    await using client = await new TestClient(one.url).connect();
    client.send("a");
    await client.until(() => client.delivered.length === 1);
    await place.server.kill();
    await place.server.run();
    await client.until(() => client.closeCodes.length === 1);
    assertEquals(client.closeCodes, [4503]);
    await until(async () => {
      await client.connect();
      return client.state.kind === "attached";
    });
    const lost = client.news.at(-1);
    assert(lost?.kind === "lost");
    assertEquals(lost.why, "unknown");
    client.send("b");
    await client.until(() => client.delivered.length === 2);
  },
);

/** A store that calls a function when another node has a session that is wanted. */
function onBusy(store: SessionStore, call: () => void): SessionStore {
  const attach: SessionStore["attach"] = async (claim) => {
    const answer = await store.attach(claim);
    if (answer.kind === "busy") call();
    return answer;
  };
  return new Proxy(store, {
    get: (target, name) =>
      name === "attach" ? attach : Reflect.get(target, name, target),
  });
}
