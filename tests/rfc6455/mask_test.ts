import { assertEquals } from "@std/assert";
import { mask, turnKey } from "../../lib/rfc6455/mask.ts";

const KEY = [0x37, 0xfa, 0x21, 0x3d];
const WORD = 0x37fa213d;

Deno.test("mask() XORs each byte with the key, at any place and length", () => {
  for (let start = 0; start < 5; start += 1) {
    for (let length = 0; length < 20; length += 1) {
      const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
      const expected = bytes.map((byte, index) =>
        index < start || index >= start + length
          ? byte
          : byte ^ KEY[(index - start) % 4]!
      );
      mask(new DataView(bytes.buffer), start, start + length, WORD);
      assertEquals(bytes, expected);
    }
  }
});

Deno.test("mask() unmasks the example of RFC 6455, 5.7", () => {
  const bytes = new Uint8Array([0x7f, 0x9f, 0x4d, 0x51, 0x58]);
  mask(new DataView(bytes.buffer), 0, 5, WORD);
  assertEquals(new TextDecoder().decode(bytes), "Hello");
});

Deno.test("turnKey() continues a payload after any number of bytes", () => {
  for (let done = 0; done < 9; done += 1) {
    const bytes = new Uint8Array(4);
    mask(new DataView(bytes.buffer), 0, 4, turnKey(WORD, done));
    const expected = [0, 1, 2, 3].map((index) => KEY[(done + index) % 4]!);
    assertEquals([...bytes], expected);
  }
});
