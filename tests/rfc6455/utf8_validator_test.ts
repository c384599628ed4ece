import { isUtf8 } from "node:buffer";
import { assertEquals } from "@std/assert";
import { skipAscii, Utf8Validator } from "../../lib/rfc6455/utf8_validator.ts";
import { bytesOf } from "./frames.ts";

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The index of the first wrong byte, or what is left at the end. */
function judge(bytes: Uint8Array, cut = bytes.length): number | "cut" | "ok" {
  const utf8 = new Utf8Validator();
  const view = viewOf(bytes);
  const first = utf8.push(view, 0, cut);
  if (first >= 0) return first;
  const second = utf8.push(view, cut, bytes.length);
  if (second >= 0) return second;
  return utf8.isComplete ? "ok" : "cut";
}

Deno.test("Utf8Validator accepts what TextEncoder makes, cut anywhere", () => {
  const text = "a £ \u0800 \ud7ff \ue000 € \uffff \u{10000} 😀 \u{10ffff} z" +
    "x".repeat(40) + "é" + "漢字かな交じり文".repeat(3);
  const bytes = bytesOf(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    assertEquals(judge(bytes, cut), "ok");
  }
});

Deno.test("Utf8Validator judges all pairs of bytes as simdutf does", () => {
  for (let pair = 0; pair < 65_536; pair += 1) {
    for (const rest of [[], [0x80], [0x80, 0x80]]) {
      const bytes = Uint8Array.of(pair >> 8, pair & 255, ...rest);
      const whole = judge(bytes);
      if (isUtf8(bytes) !== (whole === "ok")) {
        assertEquals(whole === "ok", isUtf8(bytes), `${[...bytes]}`);
      }
      const cut = judge(bytes, 1);
      if (cut !== whole) assertEquals(cut, whole, `${[...bytes]}, cut`);
    }
  }
});

Deno.test("Utf8Validator says which byte is wrong", () => {
  const cases: readonly [readonly number[], number | "cut"][] = [
    [[0x61, 0x80], 1],
    [[0xc0, 0xaf], 0],
    [[0xc2, 0x41], 1],
    [[0xe0, 0x9f, 0xbf], 1],
    [[0xe0, 0xa0, 0x41], 2],
    [[0xed, 0xa0, 0x80], 1],
    [[0xf0, 0x8f, 0xbf, 0xbf], 1],
    [[0xf4, 0x90, 0x80, 0x80], 1],
    [[0xf4, 0x8f, 0x80, 0x41], 3],
    [[0xf5], 0],
    [[0xff], 0],
    [[0xc3], "cut"],
    [[0xe2, 0x82], "cut"],
    [[0xf0, 0x9f, 0x98], "cut"],
  ];
  for (const [bytes, expected] of cases) {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assertEquals(judge(Uint8Array.from(bytes), cut), expected, `${bytes}`);
    }
  }
});

Deno.test("Utf8Validator tells whether all was ASCII, until it is reset", () => {
  const utf8 = new Utf8Validator();
  const view = viewOf(bytesOf("aé"));
  utf8.push(view, 0, 1);
  assertEquals(utf8.isAscii, true);
  utf8.push(view, 1, 2);
  assertEquals([utf8.isAscii, utf8.isComplete], [false, false]);
  utf8.reset();
  assertEquals([utf8.isAscii, utf8.isComplete], [true, true]);
  assertEquals(utf8.push(view, 2, 3), 2);
});

Deno.test("skipAscii() finds the first other byte at any place", () => {
  for (let at = 0; at < 40; at += 1) {
    const bytes = new Uint8Array(40).fill(0x7f);
    bytes[at] = 0x80;
    assertEquals(skipAscii(viewOf(bytes), 0, 40), at);
    assertEquals(skipAscii(viewOf(bytes), 0, at), at);
  }
});
