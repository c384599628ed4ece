import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  readGeneration,
  type SendCommand,
} from "../../../../lib/server/stores/redis/generation.ts";
import { requires } from "../../../system/requirements.ts";
import { RedisPlace } from "./places.ts";

const NEEDED = requires("redis");
const KEY = "hf:generation";

async function commandsTo(place: RedisPlace): Promise<SendCommand> {
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
    const send = await commandsTo(primary);
    const name = await readGeneration(send, KEY);
    const before = `${await send("INFO", "replication")}`;
    await replica.follow(primary);
    const after = `${await send("INFO", "replication")}`;
    const idOf = (info: string) => /master_replid:(\w+)/.exec(info)?.[1];
    // Redis names its history anew then, though nothing is lost.
    assertNotEquals(idOf(after), idOf(before));
    assertEquals(await readGeneration(send, KEY), name);
    // As does a node that has not asked before.
    assertEquals(await readGeneration(await commandsTo(primary), KEY), name);
    const asked = readGeneration(await commandsTo(replica), KEY);
    await assertRejects(() => asked, Error, "replica");
  },
);

Deno.test(
  "readGeneration() gives a new name to data that may have gone back",
  NEEDED,
  async () => {
    await using primary = await start();
    await using replica = await start();
    const send = await commandsTo(primary);
    const sendOther = await commandsTo(replica);
    const names = [await readGeneration(send, KEY)];
    await replica.follow(primary);
    await sendOther("REPLICAOF", "NO", "ONE");
    names.push(await readGeneration(sendOther, KEY));
    // The old primary takes the data of the new one, and is promoted again.
    await primary.follow(replica);
    await send("REPLICAOF", "NO", "ONE");
    names.push(await readGeneration(send, KEY));
    assertEquals(new Set(names).size, 3);
  },
);

Deno.test(
  "readGeneration() gives a new name after a promotion that nobody has seen",
  NEEDED,
  async () => {
    await using primary = await start();
    await using replica = await start();
    const send = await commandsTo(primary);
    const name = await readGeneration(send, KEY);
    await replica.follow(primary);
    await (await commandsTo(replica))("REPLICAOF", "NO", "ONE");
    await primary.follow(replica);
    await send("REPLICAOF", "NO", "ONE");
    assertNotEquals(await readGeneration(send, KEY), name);
  },
);
