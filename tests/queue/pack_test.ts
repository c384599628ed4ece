import { assertEquals } from "@std/assert";
import {
  countOf,
  isPack,
  PACKED_UP_TO,
  packsOf,
} from "../../lib/queue/pack.ts";
import { chunkOf } from "./chunks.ts";

Deno.test("packsOf() holds no more in a pack than one turn of a connection", () => {
  const many = chunkOf(new Array(2_500).fill("a"));
  assertEquals(
    packsOf("ascii", many.chunk, many.bounds).map(({ count }) => count),
    [1_024, 1_024, 452],
  );
  const long = chunkOf(new Array(40).fill("a".repeat(PACKED_UP_TO)));
  assertEquals(
    packsOf("binary", long.chunk, long.bounds).map(({ count }) => count),
    [15, 15, 10],
  );
});

Deno.test("packsOf() copies no large gap between two messages", () => {
  const { chunk, bounds } = chunkOf(["a", "b"], 65);
  const packs = packsOf("ascii", chunk, bounds);
  assertEquals(packs.map(({ count }) => count), [1, 1]);
  assertEquals(packs.map(({ buffer }) => buffer.byteLength), [9, 9]);
});

Deno.test("countOf() counts a message as one, and a pack by its messages", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(["a", new ArrayBuffer(3), pack, null].map(countOf), [
    1,
    1,
    2,
    1,
  ]);
});

Deno.test("isPack() tells a pack from a message", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(["a", new ArrayBuffer(3), pack!].map(isPack), [
    false,
    false,
    true,
  ]);
});
