import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { snapshot } from "../../../lib/client/remote/message_data.ts";

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
