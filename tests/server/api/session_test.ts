import { assertEquals, assertThrows } from "@std/assert";
import { payloadOf } from "../../../lib/server/api/session.ts";

Deno.test("payloadOf() copies binary data, and only the part of a view", () => {
  const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
  const all = payloadOf(buffer);
  const part = payloadOf(new DataView(buffer, 1, 2));
  new Uint8Array(buffer).fill(9);
  assertEquals(all, new Uint8Array([1, 2, 3, 4]));
  assertEquals(part, new Uint8Array([2, 3]));
  assertEquals(payloadOf("text"), "text");
});

Deno.test("payloadOf() refuses what cannot be sent", () => {
  for (const data of [7, undefined, {}]) {
    assertThrows(() => payloadOf(data as never), TypeError, "must be a string");
  }
});
