import { assertEquals } from "@std/assert";
import { decodeText } from "../../lib/rfc6455/text_decoder.ts";
import { bytesOf } from "./frames.ts";

Deno.test("decodeText() keeps a byte order mark", () => {
  assertEquals(decodeText(bytesOf("a\ufeffé"), 1, 6), "\ufeffé");
});
