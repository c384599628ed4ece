import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { payloadBytes } from "../../../lib/session/wire/payload.ts";

Deno.test("payloadBytes() counts bytes of UTF-8", () => {
  for (
    const text of [
      "",
      "abc",
      "é",
      "aé!",
      "€",
      "😀",
      "x😀€é",
      "\ud800",
      "\udc00a",
      "\ud800é",
    ]
  ) {
    assertEquals(
      payloadBytes(text),
      new TextEncoder().encode(text).length,
      text,
    );
  }
});

Deno.test("payloadBytes() agrees with TextEncoder on any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
      assertEquals(payloadBytes(text), new TextEncoder().encode(text).length);
    }),
  );
});

Deno.test("payloadBytes() is the length of binary data", () => {
  assertEquals(payloadBytes(new Uint8Array(5)), 5);
});
