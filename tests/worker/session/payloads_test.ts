import { assertEquals, assertStrictEquals } from "@std/assert";
import { toData, toPayload } from "../../../lib/worker/session/payloads.ts";

Deno.test("toPayload() copies nothing", () => {
  const data = Uint8Array.of(1, 2).buffer;
  const payload = toPayload(data) as Uint8Array;
  assertStrictEquals(payload.buffer, data);
  assertEquals(toPayload("a"), "a");
});

Deno.test("toData() copies a part of a buffer, and nothing else", () => {
  const whole = Uint8Array.of(1, 2, 3);
  assertStrictEquals(toData(whole), whole.buffer);
  assertEquals(toData(whole.subarray(1)), Uint8Array.of(2, 3).buffer);
  assertEquals(toData("a"), "a");
});
