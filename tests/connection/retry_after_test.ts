import { assertEquals } from "@std/assert";
import { parseRetryAfter } from "../../lib/connection/retry_after.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

Deno.test("parseRetryAfter() reads seconds", () => {
  assertEquals(parseRetryAfter("0", NOW), 0);
  assertEquals(parseRetryAfter(" 120 ", NOW), 120_000);
});

Deno.test("parseRetryAfter() stays finite for absurd numbers", () => {
  assertEquals(
    parseRetryAfter("9".repeat(400), NOW),
    Number.MAX_SAFE_INTEGER,
  );
});

Deno.test("parseRetryAfter() reads each form of an HTTP date", () => {
  const inTenSeconds = [
    "Thu, 01 Jan 2026 12:00:10 GMT",
    "Thursday, 01-Jan-26 12:00:10 GMT",
    "Thu Jan  1 12:00:10 2026",
  ];
  for (const date of inTenSeconds) {
    assertEquals(parseRetryAfter(date, NOW), 10_000, date);
  }
});

Deno.test("parseRetryAfter() takes a date in the past for now", () => {
  assertEquals(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", NOW), 0);
});

Deno.test("parseRetryAfter() rejects everything else", () => {
  const useless = [
    "",
    "-1",
    "1.5",
    "10s",
    "soon 10",
    "2026-01-01T12:00:10Z",
    "Thu, 99 Jan 2026 12:00:10 GMT",
  ];
  for (const value of useless) {
    assertEquals(parseRetryAfter(value, NOW), undefined, value);
  }
});
