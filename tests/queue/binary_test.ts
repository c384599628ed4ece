import { runInNewContext } from "node:vm";
import { assertEquals, assertThrows } from "@std/assert";
import { copyOfBinary, isArrayBuffer, isBlob } from "../../lib/queue/binary.ts";

const BUFFER = "new ArrayBuffer(2)";

Deno.test("isArrayBuffer() accepts a buffer of any realm, and no other object", () => {
  for (const value of [new ArrayBuffer(1), runInNewContext(BUFFER)]) {
    assertEquals(isArrayBuffer(value), true);
  }
  const others = [
    "a",
    null,
    new Uint8Array(1),
    new SharedArrayBuffer(1),
    Object.create(ArrayBuffer.prototype),
  ];
  assertEquals(others.map(isArrayBuffer), others.map(() => false));
});

Deno.test("copyOfBinary() copies buffers and views, and returns undefined for the rest", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  assertEquals(copyOfBinary(bytes.subarray(1)), bytes.slice(1).buffer);
  assertEquals(copyOfBinary(bytes.buffer), bytes.buffer);
  assertEquals(copyOfBinary(runInNewContext(BUFFER))?.byteLength, 2);
  const detached = new ArrayBuffer(1);
  structuredClone(detached, { transfer: [detached] });
  for (const value of [new ArrayBuffer(0), new Uint8Array(0), detached]) {
    assertEquals(copyOfBinary(value)?.byteLength, 0);
  }
  assertEquals(["a", new Blob(), {}].map(copyOfBinary), [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("copyOfBinary() takes a detached buffer for an empty one", () => {
  const detached = new ArrayBuffer(3);
  const view = new Uint8Array(detached);
  detached.transfer();
  for (const value of [detached, view, new ArrayBuffer(0)]) {
    assertEquals(copyOfBinary(value), new ArrayBuffer(0));
  }
});

Deno.test("copyOfBinary() refuses what is shared or may change its size", () => {
  const shared = new SharedArrayBuffer(1);
  const resizable = new ArrayBuffer(1, { maxByteLength: 2 });
  for (const value of [shared, new Uint8Array(shared)]) {
    assertThrows(() => copyOfBinary(value), TypeError, "shared");
  }
  for (const value of [resizable, new Uint8Array(resizable)]) {
    assertThrows(() => copyOfBinary(value), TypeError, "resizable");
  }
});

Deno.test("isBlob() knows a Blob by its slot", () => {
  const inherited: unknown = Object.create(Blob.prototype);
  const given = [new Blob(), new File([], "a"), inherited, {}, null, "blob"];
  assertEquals(given.map(isBlob), [true, true, false, false, false, false]);
});
