import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  type Ask,
  readGeneration,
} from "../../../../lib/server/stores/redis/generation.ts";
import { requires } from "../../../system/requirements.ts";
import { RedisPlace } from "./places.ts";

const NEEDED = requires("redis");
const KEY = "hf:generation";

async function asking(place: RedisPlace): Promise<Ask> {
  const client = await place.clients.nodeRedis();
  return (...args) => client.sendCommand([...args]);
}

function start(): Promise<RedisPlace> {
  return RedisPlace.start("nodeRedis", "--repl-diskless-sync-delay", "0");
}

Deno.test(
  "readGeneration() keeps the name when the first replica comes",
  NEEDED,
  async () => {
    await using primary = await start();
    await using replica = await start();
    const ask = await asking(primary);
    const name = await readGeneration(ask, KEY);
    const before = `${await ask("INFO", "replication")}`;
    await replica.follow(primary);
    const after = `${await ask("INFO", "replication")}`;
    const idOf = (info: string) => /master_replid:(\w+)/.exec(info)?.[1];
    // Redis names its history anew then, though nothing is lost.
    assertNotEquals(idOf(after), idOf(before));
    assertEquals(await readGeneration(ask, KEY), name);
    // As does a node that has not asked before.
    assertEquals(await readGeneration(await asking(primary), KEY), name);
    const asked = readGeneration(await asking(replica), KEY);
    await assertRejects(() => asked, Error, "replica");
  },
);

Deno.test(
  "readGeneration() gives a new name to data that may have gone back",
  NEEDED,
  async () => {
    await using primary = await start();
    await using replica = await start();
    const ask = await asking(primary);
    const askOther = await asking(replica);
    const names = [await readGeneration(ask, KEY)];
    await replica.follow(primary);
    await askOther("REPLICAOF", "NO", "ONE");
    names.push(await readGeneration(askOther, KEY));
    // The old primary takes the data of the new one, and is promoted again.
    await primary.follow(replica);
    await ask("REPLICAOF", "NO", "ONE");
    names.push(await readGeneration(ask, KEY));
    assertEquals(new Set(names).size, 3);
  },
);

Deno.test(
  "readGeneration() gives a new name after a promotion that nobody has seen",
  NEEDED,
  async () => {
    await using primary = await start();
    await using replica = await start();
    const ask = await asking(primary);
    const name = await readGeneration(ask, KEY);
    await replica.follow(primary);
    await (await asking(replica))("REPLICAOF", "NO", "ONE");
    await primary.follow(replica);
    await ask("REPLICAOF", "NO", "ONE");
    assertNotEquals(await readGeneration(ask, KEY), name);
  },
);
