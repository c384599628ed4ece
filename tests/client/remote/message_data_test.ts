import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { toMessage } from "../../../lib/client/remote/message_data.ts";

Deno.test("toMessage() copies what can change and only that", () => {
  const blob = new Blob(["a"]);
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  assertStrictEquals(toMessage(blob), blob);
  assertStrictEquals(toMessage("a"), "a");
  assertNotStrictEquals(toMessage(buffer), buffer);
  assertEquals(toMessage(buffer), buffer);
  assertEquals(
    toMessage(new DataView(buffer, 1)),
    new Uint8Array([2, 3]).buffer,
  );
});

Deno.test("toMessage() takes a detached buffer as empty", () => {
  const buffer = new ArrayBuffer(3);
  const view = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals([toMessage(buffer), toMessage(view)], [
    new ArrayBuffer(0),
    new ArrayBuffer(0),
  ]);
});

Deno.test("toMessage() makes text of anything else", () => {
  assertEquals([1, null, undefined, { toString: () => "x" }].map(toMessage), [
    "1",
    "null",
    "undefined",
    "x",
  ]);
});
