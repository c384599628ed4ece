import { assertEquals } from "@std/assert";
import { Resequencer } from "../../lib/messages/resequencer.ts";

function lineOf(maxMessages: number, maxBytes = Infinity) {
  const delivered: string[] = [];
  const line = new Resequencer<string>(
    { maxMessages, maxBytes },
    (result) => delivered.push(result),
  );
  return { line, delivered };
}

Deno.test("OrderedLine delivers at once while nobody waits", () => {
  const { line, delivered } = lineOf(1);
  line.enter(1, "a");
  assertEquals(delivered, ["a"]);
});

Deno.test("OrderedLine delivers in the order of arrival", async () => {
  const { line, delivered } = lineOf(10);
  const first = Promise.withResolvers<string>();
  const third = Promise.withResolvers<string>();
  line.enter(1, first.promise);
  line.enter(1, "b");
  line.enter(1, third.promise);
  line.enter(1, "d");
  third.resolve("c");
  await third.promise;
  assertEquals(delivered, []);
  first.resolve("a");
  await first.promise;
  assertEquals(delivered, ["a", "b", "c", "d"]);
  line.enter(1, "e");
  assertEquals(delivered.length, 5);
});

Deno.test("OrderedLine is bounded in messages and in bytes", () => {
  const { line } = lineOf(2, 10);
  assertEquals(line.admits(1_000), true);
  line.enter(4, Promise.withResolvers<string>().promise);
  assertEquals(line.admits(7), false);
  assertEquals(line.admits(6), true);
  line.enter(1, "b");
  assertEquals(line.admits(1), false);
});

Deno.test("OrderedLine.clear() forgets who waits", async () => {
  const { line, delivered } = lineOf(1);
  const first = Promise.withResolvers<string>();
  line.enter(1, first.promise);
  line.clear();
  first.resolve("a");
  await first.promise;
  assertEquals(line.admits(1), true);
  assertEquals(delivered, []);
});
