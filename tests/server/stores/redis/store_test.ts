import { assert, assertEquals } from "@std/assert";
import { BOUNDS, INIT } from "../../../session/store/records.ts";
import { requires } from "../../../system/requirements.ts";
import { testStore } from "../conformance.ts";
import { type ClientKind, RedisPlace, withPlace } from "./places.ts";

const NEEDED = requires("redis");

const CLIENTS: readonly (readonly [string, ClientKind])[] = [
  ["@redis/client", "nodeRedis"],
  ["ioredis", "ioRedis"],
];

for (const [name, kind] of CLIENTS) {
  let place: RedisPlace | undefined;
  testStore({
    name: `redisStore() with ${name}`,
    options: NEEDED,
    open: async (clock) => {
      place = await RedisPlace.start(kind);
      return withPlace(await place.open({ clock }), place);
    },
    openTwo: async (clock) => {
      const shared = await RedisPlace.start(kind);
      const one = await shared.open({ clock });
      return [one, withPlace(await shared.open({ clock }), shared)];
    },
    settled: () => place!.settled(),
  });
}

Deno.test(
  "redisStore() begins the names of its keys with hf: by default",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open();
    await store.open(INIT);
    const client = await place.clients.nodeRedis();
    const keys = await client.keys("*");
    assert(keys.length > 1, `${keys}`);
    assert(keys.every((key) => key.startsWith("hf:")), `${keys}`);
  },
);

Deno.test(
  "redisStore() takes the limit of the bounds for a session that an older version has opened",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open();
    const client = await place.clients.nodeRedis();
    await store.open(INIT);
    const [record] = await client.keys("*:s:*");
    await client.hDel(record!, "b");
    const bounds = { ...BOUNDS, maxMessage: 2 };
    const tooLarge = { kind: "too-large", maxMessage: 2 } as const;
    assertEquals(await store.append("s", ["abc"], bounds), tooLarge);
    assertEquals((await store.append("s", ["ab"], bounds)).kind, "appended");
  },
);
