import { assertEquals } from "@std/assert";
import { BatchReader } from "../../../lib/client/remote/batch_reader.ts";
import type { Data } from "../../../lib/queue/data.ts";
import { type Pack, packsOf } from "../../../lib/queue/pack.ts";

function packOf(text: string): Pack {
  const chunk = new TextEncoder().encode(text);
  const bounds = [...text].flatMap((_, index) => [index, index + 1]);
  return packsOf("ascii", chunk, bounds)[0]!;
}

function readerOf(...messages: readonly (Data | Pack)[]): BatchReader {
  const count = messages.reduce(
    (sum, item) =>
      sum + (typeof item === "object" && "count" in item ? item.count : 1),
    0,
  );
  return new BatchReader({ messages, count });
}

function drain(reader: BatchReader): readonly Data[] {
  const taken: Data[] = [];
  while (reader.hasMore) taken.push(reader.next());
  return taken;
}

Deno.test("BatchReader.next() gives messages, and those of packs, in order", () => {
  assertEquals(drain(readerOf("a", "", "b")), ["a", "", "b"]);
  const mixed = readerOf("a", packOf("bcd"), packOf("ef"), "", "g");
  assertEquals(drain(mixed), ["a", "b", "c", "d", "e", "f", "", "g"]);
  assertEquals(mixed.taken, 8);
});

Deno.test("BatchReader.rest() gives what was not taken, and takes nothing", () => {
  for (const taken of [0, 1, 3, 5, 6]) {
    const reader = readerOf("a", packOf("bcd"), packOf("ef"));
    for (let count = 0; count < taken; count += 1) reader.next();
    const expected = [..."abcdef"].slice(taken);
    assertEquals(reader.rest(), expected);
    assertEquals([reader.taken, reader.hasMore], [taken, taken < 6]);
    assertEquals(drain(reader), expected);
  }
});
