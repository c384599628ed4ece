import { assertEquals } from "@std/assert";
import { hmacSha256 } from "../../lib/platform/hmac.ts";

Deno.test("hmacSha256() computes the MAC of RFC 4231, 4.3", async () => {
  const encoder = new TextEncoder();
  const mac = hmacSha256(encoder.encode("Jefe"));
  const bytes = await mac(encoder.encode("what do ya want for nothing?"));
  assertEquals(
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});
