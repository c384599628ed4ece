import { assertEquals, assertStrictEquals } from "@std/assert";
import { batchesOf } from "../../lib/boundary/batches.ts";

Deno.test("batchesOf() gives the messages of each connection, in their order", () => {
  const messages = ["a", "b", new ArrayBuffer(2), "c"];
  const runs = [7, 11, 3, 4, 8, 1, 1, 1];
  assertEquals([...batchesOf({ type: "messages", messages, runs })], [
    { id: 7, first: 11, messages: ["a", "b", new ArrayBuffer(2)], bytes: 4 },
    { id: 8, first: 1, messages: ["c"], bytes: 1 },
  ]);
});

Deno.test("batchesOf() copies nothing for a single connection", () => {
  const messages = ["a", "b"];
  const [batch] = batchesOf({ type: "messages", messages, runs: [1, 1, 2, 2] });
  assertStrictEquals(batch?.messages, messages);
});

Deno.test("batchesOf() gives nothing for no messages", () => {
  assertEquals(
    [...batchesOf({ type: "messages", messages: [], runs: [] })],
    [],
  );
});
