import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  CLOSE_CODE_RANGES,
  CLOSE_CODES,
  NOT_A_CLOSE_CODE,
} from "../../lib/rfc6455/close_codes.ts";
import {
  FATAL_CLOSE_CODES,
  UNAUTHORIZED_CLOSE_CODES,
} from "../../lib/connection/retry_policy.ts";

const REGISTERED: readonly number[] = [
  ...Array.from({ length: 16 }, (_, index) => 1000 + index),
  3000,
  3003,
  3008,
];

Deno.test("CLOSE_CODES has every code of the IANA registry", () => {
  for (const closeCode of REGISTERED) {
    assert(CLOSE_CODES.has(closeCode), `${closeCode}`);
  }
});

Deno.test("CLOSE_CODES has every code that is fatal by default, and our own", () => {
  const ours = [4002, 4009, 4011];
  for (
    const closeCode of [
      ...FATAL_CLOSE_CODES,
      ...UNAUTHORIZED_CLOSE_CODES,
      ...ours,
    ]
  ) {
    assert(CLOSE_CODES.has(closeCode), `${closeCode}`);
  }
});

Deno.test("CLOSE_CODES has all codes in ascending order", () => {
  const codes = [...CLOSE_CODES.keys()];
  assertEquals(codes, codes.toSorted((a, b) => a - b));
});

Deno.test("CLOSE_CODES and CLOSE_CODE_RANGES read as sentences without a final period", () => {
  const ranges = CLOSE_CODE_RANGES.map(({ meaning }) => meaning);
  for (
    const meaning of [...CLOSE_CODES.values(), ...ranges, NOT_A_CLOSE_CODE]
  ) {
    assert(/^[A-Z][^\n]{40,}[^.\s]$/.test(meaning), meaning);
    assertFalse(meaning.includes("  "), meaning);
  }
});

Deno.test("CLOSE_CODE_RANGES are in ascending order", () => {
  const starts = CLOSE_CODE_RANGES.map(({ from }) => from);
  assertEquals(starts, [0, 1000, 3000, 4000, 4400, 4500, 4600, 5000]);
});
