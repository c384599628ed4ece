import { assertEquals } from "@std/assert";
import { isInsecure } from "../../lib/rfc6455/insecure_url.ts";

Deno.test("isInsecure() finds plain ws: to another machine", () => {
  assertEquals(isInsecure("ws://example.com/"), true);
  assertEquals(isInsecure("wss://example.com/"), false);
  assertEquals(isInsecure("ws://127.1:80/"), false);
});
