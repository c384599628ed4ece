import { assertEquals } from "@std/assert";
import { adviceOn } from "../../../../lib/server/stores/redis/advice.ts";

type Reply = (name: string, value: string) => unknown;

const REPLIES: readonly Reply[] = [
  (name, value) => [name, value],
  (name, value) => new Map([[name, value]]),
  (name, value) => ({ [name]: value }),
];

async function firstWords(
  settings: Readonly<Record<string, string>>,
  reply: Reply = REPLIES[0]!,
): Promise<readonly string[]> {
  const advice = await adviceOn((_command, _get, name = "") => {
    const value = settings[name];
    return value === undefined
      ? Promise.reject(new Error("NOPERM"))
      : Promise.resolve(reply(name, value));
  });
  return advice.map((text) => text.split(":")[0]!);
}

Deno.test("adviceOn() names settings with which sessions are lost", async () => {
  for (const reply of REPLIES) {
    const bad = { "maxmemory-policy": "allkeys-lru", appendonly: "no" };
    assertEquals(await firstWords({ ...bad, appendfsync: "no" }, reply), [
      ...["maxmemory-policy is allkeys-lru", "appendonly is no"],
    ]);
  }
  const lazy = { "maxmemory-policy": "noeviction", appendonly: "yes" };
  assertEquals(await firstWords({ ...lazy, appendfsync: "no" }), [
    "appendfsync is no",
  ]);
});

Deno.test("adviceOn() is silent where all is well, and where nobody tells", async () => {
  const good = { "maxmemory-policy": "noeviction", appendonly: "yes" };
  assertEquals(await firstWords({ ...good, appendfsync: "everysec" }), []);
  assertEquals(await firstWords({}), []);
});
