import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { sizeOf, snapshot } from "../../lib/client/message_data.ts";

Deno.test("sizeOf() agrees with TextEncoder on any text", () => {
  const texts = [
    "",
    "a",
    "é",
    "€",
    "😀",
    "\ud800",
    "\udc00a",
    "a\ud83d",
    "\ude00\ud83d",
    "ab€😀é",
  ];
  for (const text of texts) {
    assertEquals(sizeOf(text), new TextEncoder().encode(text).length, text);
  }
});

Deno.test("sizeOf() knows binary data", () => {
  assertEquals(sizeOf(new ArrayBuffer(7)), 7);
  assertEquals(sizeOf(new Blob(["é"])), 2);
});

Deno.test("snapshot() copies what can change and only that", () => {
  const blob = new Blob(["a"]);
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  assertStrictEquals(snapshot(blob), blob);
  assertStrictEquals(snapshot("a"), "a");
  assertNotStrictEquals(snapshot(buffer), buffer);
  assertEquals(snapshot(buffer), buffer);
  assertEquals(
    snapshot(new DataView(buffer, 1)),
    new Uint8Array([2, 3]).buffer,
  );
});

Deno.test("snapshot() takes a detached buffer as empty", () => {
  const buffer = new ArrayBuffer(3);
  const view = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals([snapshot(buffer), snapshot(view)], [
    new ArrayBuffer(0),
    new ArrayBuffer(0),
  ]);
});
