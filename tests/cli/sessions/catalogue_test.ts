import { assertEquals } from "@std/assert";
import {
  Catalogue,
  type Selection,
  type SessionFacts,
} from "../../../lib/cli/sessions/catalogue.ts";
import { RedisConnection } from "../../../lib/cli/sessions/redis_connection.ts";
import { parseRedisUrl } from "../../../lib/cli/sessions/redis_url.ts";
import { RedisPlace } from "../../server/stores/redis/places.ts";
import { INIT } from "../../session/store/records.ts";
import { requires } from "../../system/requirements.ts";

const NEEDED = requires("redis");
const BOUNDS = {
  ...{ maxMessages: 9, maxBytes: 999, maxMessage: 999 },
  overflow: "reject",
} as const;
const ALIVE: Selection = {
  limit: 100,
  principal: undefined,
  states: new Set(["attached", "detached"]),
};

/** Sessions a to d of two principals, one of them over and one detached. */
async function filled(place: RedisPlace, prefix = "hf:") {
  const store = await place.open({ prefix });
  for (const session of ["a", "b", "c", "d"]) {
    const principal = session < "c" ? "ann" : "bob";
    await store.open({ ...INIT, session, principal, ttl: 60_000 });
  }
  await store.append("b", ["one", "two"], BOUNDS);
  const lease = { session: "b", fence: 1, generation: store.generation };
  await store.detach(lease, 30_000);
  await store.end("c", { kind: "always", why: "evicted" }, 90_000);
  return store;
}

async function connect(place: RedisPlace) {
  const url = `redis://127.0.0.1:${place.server.port}`;
  return await RedisConnection.open(parseRedisUrl(url));
}

function idsOf(sessions: readonly SessionFacts[]): string {
  return sessions.map(({ session }) => session).join("");
}

Deno.test(
  "Catalogue.list() selects by state and principal, up to a limit",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await filled(place);
    using redis = await connect(place);
    const catalogue = new Catalogue(redis, "hf:");
    const list = async (selection: Partial<Selection>) => {
      const listing = await catalogue.list({ ...ALIVE, ...selection });
      const { sessions, total, rest } = listing;
      return [idsOf(sessions), total, rest];
    };
    assertEquals(await list({}), ["abd", 4, "none"]);
    assertEquals(await list({ principal: "ann" }), ["ab", 4, "none"]);
    assertEquals(await list({ principal: "nobody" }), ["", 4, "none"]);
    assertEquals(await list({ states: new Set(["evicted"]) }), [
      "c",
      4,
      "none",
    ]);
    assertEquals(await list({ limit: 3 }), ["abd", 4, "none"]);
    const [two, , rest] = await list({ limit: 2 });
    assertEquals([`${two}`.length, rest], [2, "more"]);
  },
);

Deno.test(
  "Catalogue.find() reads a record, and changes none",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start(
      "nodeRedis",
      ...["--enable-debug-command", "yes"],
    );
    const { generation } = await filled(place);
    using redis = await connect(place);
    const digest = () => redis.send("DEBUG", "DIGEST");
    const before = await digest();
    const catalogue = new Catalogue(redis, "hf:");
    await catalogue.list(ALIVE);
    const [b, c, x] = await Promise.all(
      ["b", "c", "x"].map((session) => catalogue.find(session)),
    );
    assertEquals(await digest(), before);
    const { remaining, ...facts } = b!;
    assertEquals(facts, {
      ...{ session: "b", principal: "ann", state: "detached", node: undefined },
      ...{ protocol: INIT.meta, accepted: 0, claimed: 0, uncertain: 0 },
      waiting: { messages: 2, bytes: 6, last: 2 },
      ...{ attempt: INIT.attempt, fence: 1, generations: [generation] },
    });
    assertEquals(Math.ceil(remaining / 10_000), 3);
    assertEquals([c?.state, x], ["evicted", undefined]);
  },
);

Deno.test(
  "Catalogue.list() finds more than a batch, in one part of the index",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open();
    const ids = Array.from({ length: 3_000 }, (_, index) => `session-${index}`);
    let opened = 0;
    // Each step has a limit in time, which thousands at once would share.
    while (ids.length > opened) {
      const some = ids.slice(opened, opened += 100);
      await Promise.all(
        some.map((session) => store.open({ ...INIT, session, ttl: 60_000 })),
      );
    }
    // As if all had the same hash: a part of the index that a scan takes in steps.
    const client = await place.clients.nodeRedis();
    await client.zAdd(
      "hf:{0}:t0",
      ids.map((value) => ({ score: 1, value })),
    );
    using redis = await connect(place);
    const catalogue = new Catalogue(redis, "hf:");
    const { sessions } = await catalogue.list({ ...ALIVE, limit: 10_000 });
    const counted = new Map<string, number>();
    for (const { session } of sessions) {
      counted.set(session, (counted.get(session) ?? 0) + 1);
    }
    assertEquals(counted.size, 3_000);
    // Once for the part that it is in, and once for the one that was made up.
    assertEquals(Math.max(...counted.values()), 2);
  },
);

Deno.test(
  "Catalogue.otherPrefix() finds where sessions are",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    using redis = await connect(place);
    const other = (prefix: string) =>
      new Catalogue(redis, prefix).otherPrefix();
    await redis.send("SET", "hf:{1}:text", "not of ours");
    assertEquals(await other("hf:"), undefined);
    await filled(place, "chat:");
    assertEquals(await other("hf:"), "chat:");
    assertEquals(await other("chat:"), undefined);
  },
);

Deno.test(
  "Catalogue.find() says that a state is new to it",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await filled(place);
    using redis = await connect(place);
    const client = await place.clients.nodeRedis();
    const [record = ""] = await client.keys("hf:*:s:a");
    await client.hSet(record, "s", "paused");
    const error = await new Catalogue(redis, "hf:").find("a")
      .catch((error) => error);
    assertEquals(
      error.message,
      'A session has the state "paused": it may be of a newer version',
    );
  },
);
