import { assertEquals } from "@std/assert";
import { Resequencer } from "../../lib/messages/resequencer.ts";

function makeResequencer(maxMessages: number, maxBytes = Infinity) {
  const delivered: string[] = [];
  const resequencer = new Resequencer<string>(
    { maxMessages, maxBytes },
    (result) => delivered.push(result),
  );
  return { resequencer, delivered };
}

Deno.test("Resequencer delivers at once while no result waits", () => {
  const { resequencer, delivered } = makeResequencer(1);
  resequencer.add(1, "a");
  assertEquals(delivered, ["a"]);
});

Deno.test("Resequencer delivers in the order of arrival", async () => {
  const { resequencer, delivered } = makeResequencer(10);
  const first = Promise.withResolvers<string>();
  const third = Promise.withResolvers<string>();
  resequencer.add(1, first.promise);
  resequencer.add(1, "b");
  resequencer.add(1, third.promise);
  resequencer.add(1, "d");
  third.resolve("c");
  await third.promise;
  assertEquals(delivered, []);
  first.resolve("a");
  await first.promise;
  assertEquals(delivered, ["a", "b", "c", "d"]);
  resequencer.add(1, "e");
  assertEquals(delivered.length, 5);
});

Deno.test("Resequencer is bounded in messages and in bytes", () => {
  const { resequencer } = makeResequencer(2, 10);
  assertEquals(resequencer.hasRoomFor(1_000), true);
  resequencer.add(4, Promise.withResolvers<string>().promise);
  assertEquals(resequencer.hasRoomFor(7), false);
  assertEquals(resequencer.hasRoomFor(6), true);
  resequencer.add(1, "b");
  assertEquals(resequencer.hasRoomFor(1), false);
});

Deno.test("Resequencer.clear() forgets the results that wait", async () => {
  const { resequencer, delivered } = makeResequencer(1);
  const first = Promise.withResolvers<string>();
  resequencer.add(1, first.promise);
  resequencer.clear();
  first.resolve("a");
  await first.promise;
  assertEquals(resequencer.hasRoomFor(1), true);
  assertEquals(delivered, []);
});
