import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  digitOf,
  formatNumber,
  lebLength,
  parseNumber,
  readLeb,
  writeLeb,
} from "../../../lib/session/wire/numbers.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const anyNumber = fc.oneof(
  fc.integer({ min: 0, max: MAX }),
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(0, 127, 128, 2 ** 32 - 1, 2 ** 32, MAX),
);

Deno.test("parseNumber() reads what formatNumber() wrote", () => {
  fc.assert(fc.property(anyNumber, (value) => {
    assertEquals(parseNumber(formatNumber(value)), value);
  }));
});

Deno.test("parseNumber() refuses each other form", () => {
  const wrong = ["", "00", "01", "A", "-1", "+1", "1.5", " 1", "1 ", "1e5!"];
  // One more than the largest safe integer, and one digit more.
  for (const text of [...wrong, "2gosa7pa2gw", "zzzzzzzzzzzz", "١"]) {
    assertEquals(parseNumber(text), undefined, text);
  }
  assertEquals(parseNumber("2gosa7pa2gv"), MAX);
});

Deno.test("parseNumber() reads a part of a text", () => {
  assertEquals(parseNumber("m10,z|0", 1, 3), 36);
  assertEquals(parseNumber("m10,z|0", 4, 5), 35);
  assertEquals(parseNumber("m10,z|0", 3, 3), undefined);
});

Deno.test("digitOf() knows the digits of base 36, lower case", () => {
  const valueOf = (digit: string) => digitOf(digit.charCodeAt(0));
  assertEquals([..."09az"].map(valueOf), [0, 9, 10, 35]);
  for (const other of "/:`{AZ") assertEquals(valueOf(other), undefined);
});

Deno.test("readLeb() reads what writeLeb() wrote", () => {
  fc.assert(fc.property(anyNumber, (value) => {
    const bytes = new Uint8Array(lebLength(value) + 2);
    const end = writeLeb(bytes, 1, value);
    assertEquals(end, 1 + lebLength(value));
    assertEquals(readLeb(bytes, 1), { value, end });
  }));
});

Deno.test("writeLeb() writes the lowest seven bits first", () => {
  const bytes = new Uint8Array(3);
  writeLeb(bytes, 0, 100_000);
  assertEquals([...bytes], [0xa0, 0x8d, 0x06]);
});

Deno.test("readLeb() refuses each other form", () => {
  const wrong: readonly (readonly number[])[] = [
    [],
    [0x80],
    [0x80, 0x00],
    [0xff, 0x80, 0x00],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ];
  for (const bytes of wrong) {
    assertEquals(readLeb(new Uint8Array(bytes), 0), undefined, `${bytes}`);
  }
  const largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
  assertEquals(readLeb(new Uint8Array(largest), 0), { value: MAX, end: 8 });
  assertEquals(readLeb(new Uint8Array([0]), 0), { value: 0, end: 1 });
});
