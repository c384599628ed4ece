import { assertEquals } from "@std/assert";
import { sha1 } from "../../../lib/rfc6455/handshake/sha1.ts";

const encoder = new TextEncoder();

Deno.test("sha1() gives the accept value of RFC 6455, 1.3", () => {
  const input = encoder.encode(
    "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
  );
  assertEquals(
    btoa(String.fromCharCode(...sha1(input))),
    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  );
});

Deno.test("sha1() agrees with the platform for each length around its blocks", async () => {
  for (let length = 0; length <= 200; length += 1) {
    const input = Uint8Array.from({ length }, (_, index) => index * 7 + length);
    const digest = await crypto.subtle.digest("SHA-1", input);
    assertEquals(sha1(input), new Uint8Array(digest), `${length} bytes`);
  }
});
