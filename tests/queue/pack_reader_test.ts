import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Data } from "../../lib/queue/data.ts";
import { type Pack, packsOf } from "../../lib/queue/pack.ts";
import { PackReader } from "../../lib/queue/pack_reader.ts";
import { chunkOf } from "./chunks.ts";

function textOf(data: Data): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

function readAll(packs: readonly Pack[]): readonly Data[] {
  return packs.flatMap((pack) => {
    const reader = new PackReader(pack);
    const messages: Data[] = [];
    for (let run = reader.read(); run.length > 0; run = reader.read()) {
      messages.push(...run);
    }
    return messages;
  });
}

Deno.test("PackReader.read() gives what packsOf() took, in its order", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "binary-ascii", maxLength: 6_000 })),
    fc.integer({ min: 0, max: 80 }),
    fc.constantFrom("ascii" as const, "binary" as const),
    (texts, gap, kind) => {
      const { chunk, bounds } = chunkOf(texts, gap);
      const packs = packsOf(kind, chunk, bounds);
      assertEquals(
        packs.reduce((sum, { count }) => sum + count, 0),
        texts.length,
      );
      const size = packs.reduce((sum, { bytes }) => sum + bytes, 0);
      assertEquals(size, texts.join("").length);
      const messages = readAll(packs);
      assertEquals(messages.map(textOf), texts);
      const strings = messages.filter((data) => typeof data === "string");
      assertEquals(strings.length, kind === "ascii" ? texts.length : 0);
    },
  ));
});

Deno.test("PackReader.read() keeps no long string behind a short text", () => {
  const { chunk, bounds } = chunkOf(new Array(100).fill("a".repeat(100)));
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(new PackReader(pack!).read().length, 40);
});

Deno.test("PackReader.read() frees the memory with the last message", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("binary", chunk, bounds);
  const reader = new PackReader(pack!);
  assertEquals(reader.read().map(textOf), ["a", "b"]);
  assertEquals(pack!.buffer.byteLength, 0);
  assertEquals(reader.read(), []);
});
