import { assertEquals } from "@std/assert";
import { MessageStore } from "../../lib/rfc6455/message_store.ts";

Deno.test("MessageStore gives what was appended, in a buffer of its size", () => {
  const store = new MessageStore();
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
  store.append(bytes, 1, 4);
  store.append(bytes, 4, 90);
  assertEquals(store.length, 89);
  const taken = store.take();
  assertEquals(taken, bytes.slice(1, 90));
  assertEquals(taken.buffer.byteLength, 89);
  assertEquals(store.length, 0);
});

Deno.test("MessageStore gives nothing where nothing was appended", () => {
  const store = new MessageStore();
  assertEquals(store.take().buffer.byteLength, 0);
  store.append(new Uint8Array(1), 0, 0);
  assertEquals(store.take().buffer.byteLength, 0);
});

Deno.test("MessageStore grows while it is filled", () => {
  const store = new MessageStore();
  const piece = Uint8Array.from({ length: 1_000 }, (_, index) => index);
  for (let count = 0; count < 50; count += 1) store.append(piece, 0, 1_000);
  const taken = store.take();
  assertEquals(taken.length, 50_000);
  assertEquals(taken.subarray(49_000), piece);
});

Deno.test("MessageStore uses the reserved buffer without a copy", () => {
  const store = new MessageStore();
  store.append(new Uint8Array([1]), 0, 1);
  store.reserve(99);
  store.reserve(1);
  store.append(new Uint8Array(99).fill(2), 0, 99);
  assertEquals(store.take(), Uint8Array.from([1, ...new Array(99).fill(2)]));
});

Deno.test("MessageStore does not reserve all that a header announces", () => {
  const store = new MessageStore();
  store.reserve(2 ** 40);
  store.append(new Uint8Array([7]), 0, 1);
  assertEquals([...store.take()], [7]);
});

Deno.test("MessageStore grows no larger than the message", () => {
  const store = new MessageStore();
  const size = 3 * 2 ** 20 + 1;
  store.reserve(size);
  const piece = new Uint8Array(2 ** 20).fill(7);
  for (let count = 0; count < 3; count += 1) store.append(piece, 0, 2 ** 20);
  store.append(piece, 0, 1);
  const taken = store.take();
  assertEquals([taken.length, taken.at(-1)], [size, 7]);
  // More than was announced is taken too, and nothing is left of it.
  store.reserve(1);
  store.append(piece, 0, 500);
  assertEquals(store.take().length, 500);
  store.append(piece, 0, 3);
  assertEquals(store.take().length, 3);
});
