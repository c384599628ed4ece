import { assertEquals, assertStrictEquals } from "@std/assert";
import type { NoticeOf } from "../../lib/boundary/protocol.ts";
import { batchesOf } from "../../lib/boundary/batches.ts";

Deno.test("batchesOf() gives the messages of each connection, in their order", () => {
  const messages = ["a", "b", new ArrayBuffer(2), "c"];
  const runs = [7, 11, 3, 4, 8, 1, 1, 1];
  assertEquals([...batchesOf({ type: "messages", messages, runs })], [
    {
      id: 7,
      first: 11,
      messages: ["a", "b", new ArrayBuffer(2)],
      count: 3,
      bytes: 4,
    },
    { id: 8, first: 1, messages: ["c"], count: 1, bytes: 1 },
  ]);
});

Deno.test("batchesOf() counts the messages of packs", () => {
  const pack = {
    kind: "ascii",
    count: 3,
    bytes: 3,
    buffer: new ArrayBuffer(0),
  };
  const messages = ["a", pack, "c"] as NoticeOf<"messages">["messages"];
  const runs = [7, 11, 4, 4, 8, 1, 1, 1];
  assertEquals([...batchesOf({ type: "messages", messages, runs })], [
    { id: 7, first: 11, messages: messages.slice(0, 2), count: 4, bytes: 4 },
    { id: 8, first: 1, messages: ["c"], count: 1, bytes: 1 },
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
