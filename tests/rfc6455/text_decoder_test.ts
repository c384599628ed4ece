import { assertEquals } from "@std/assert";
import { Receiver } from "../../lib/rfc6455/receiver.ts";
import { decodeAscii, decodeText } from "../../lib/rfc6455/text_decoder.ts";
import { bytesOf, concat, frame } from "./frames.ts";

/** The messages of a chunk of ASCII text, as a transport decodes them. */
function decoded(chunk: Uint8Array): readonly string[] {
  const bounds: number[] = [];
  new Receiver({
    role: "client",
    maxMessageSize: Infinity,
    listener: {
      message: (_kind, _bytes, start, end) => bounds.push(start, end),
      ping() {},
      pong() {},
      close() {},
      fault() {},
    },
  }).receive(chunk);
  return decodeAscii(chunk, bounds);
}

Deno.test("decodeText() keeps a byte order mark", () => {
  assertEquals(decodeText(bytesOf("a\ufeffé"), 1, 6), "\ufeffé");
});

Deno.test("decodeAscii() decodes many messages of a chunk", () => {
  const texts = Array.from(
    { length: 300 },
    (_, index) => "x".repeat(index) + index,
  );
  const chunk = concat(...texts.map((text) => frame(0x81, text)));
  assertEquals(decoded(chunk), texts);
});

Deno.test("decodeAscii() decodes across control frames, small and large", () => {
  const chunk = concat(
    frame(0x81, "a"),
    frame(0x89, [0xff, 0xc3]),
    frame(0x81, "b"),
    frame(0x89, new Uint8Array(125).fill(0xff)),
    frame(0x81, ""),
    frame(0x81, "c".repeat(5_000)),
    frame(0x81, "d"),
  );
  assertEquals(decoded(chunk), ["a", "b", "", "c".repeat(5_000), "d"]);
});

Deno.test("decodeAscii() gives nothing for nothing", () => {
  assertEquals(decodeAscii(new Uint8Array(3), []), []);
});
