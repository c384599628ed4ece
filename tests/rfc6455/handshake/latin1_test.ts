import { assertEquals } from "@std/assert";
import {
  decodeLatin1,
  encodeLatin1,
} from "../../../lib/rfc6455/handshake/latin1.ts";

const ALL = new Uint8Array(20_000).map((_, index) => index);

Deno.test("decodeLatin1() makes a character of each byte", () => {
  const text = decodeLatin1(ALL);
  assertEquals(text.length, ALL.length);
  assertEquals(text.charCodeAt(0x80), 0x80);
  assertEquals(text.charCodeAt(19_999), 19_999 & 0xff);
});

Deno.test("encodeLatin1() makes a byte of each character", () => {
  assertEquals(encodeLatin1(decodeLatin1(ALL)), ALL);
  assertEquals(encodeLatin1("\u0141"), Uint8Array.of(0x41));
});
