import { assertEquals } from "@std/assert";
import { decodeRequest, encodeRequest } from "./numbering_server.ts";

Deno.test("decodeRequest() reads what a client asks for, and nothing else", () => {
  assertEquals(decodeRequest(encodeRequest(7, 3)), { number: 7, size: 3 });
  assertEquals(decodeRequest(encodeRequest(8, 0)), { number: 8, size: 0 });
  for (const text of ["", "\u0001", "7 3 xx", "7 3 xxxx", "7 NaN xxx"]) {
    assertEquals(decodeRequest(text), undefined, text);
  }
});
