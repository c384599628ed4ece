import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Backoff,
  type ExponentialBackoff,
  MAX_DELAY,
} from "../../lib/connection/backoff/backoff.ts";
import {
  delayWithRetryAfter,
  MAX_RETRY_AFTER,
  parseRetryAfterHeader,
  parseRetryAfterReason,
  requestedDelayOf,
} from "../../lib/connection/retry_after.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
const SPREAD: Backoff = { strategy: "spread" };

function exponential(options: Omit<ExponentialBackoff, "strategy">): Backoff {
  return { strategy: "exponential", ...options };
}

Deno.test("parseRetryAfterHeader() reads seconds", () => {
  assertEquals(parseRetryAfterHeader("0", NOW), 0);
  assertEquals(parseRetryAfterHeader(" 120 ", NOW), 120_000);
});

Deno.test("parseRetryAfterHeader() stays finite for absurd numbers", () => {
  assertEquals(
    parseRetryAfterHeader("9".repeat(400), NOW),
    Number.MAX_SAFE_INTEGER,
  );
});

Deno.test("parseRetryAfterHeader() reads each form of an HTTP date", () => {
  const inTenSeconds = [
    "Thu, 01 Jan 2026 12:00:10 GMT",
    "Thursday, 01-Jan-26 12:00:10 GMT",
    "Thu Jan  1 12:00:10 2026",
  ];
  for (const date of inTenSeconds) {
    assertEquals(parseRetryAfterHeader(date, NOW), 10_000, date);
  }
});

Deno.test("parseRetryAfterHeader() reads a date in the past as now", () => {
  assertEquals(parseRetryAfterHeader("Sun, 06 Nov 1994 08:49:37 GMT", NOW), 0);
});

Deno.test("parseRetryAfterHeader() rejects everything else", () => {
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
    assertEquals(parseRetryAfterHeader(value, NOW), undefined, value);
  }
});

Deno.test("requestedDelayOf() reads the header of a refused handshake, or the close reason", () => {
  const info = { closeCode: 1013, reason: "retry-after=5", wasClean: true };
  const refused = {
    type: "handshake",
    status: 503,
    headers: {},
    detail: "",
    retryAfter: 7,
  } as const;
  const closed = { type: "closed", ...info } as const;
  assertEquals(requestedDelayOf({ info, failure: refused }), 7);
  assertEquals(requestedDelayOf({ info, failure: closed }), 5_000);
});

Deno.test("parseRetryAfterReason() reads seconds out of the text of a reason", () => {
  const reasons = {
    "retry-after=10": 10_000,
    "restarting; Retry-After = 2.5; bye": 2_500,
    "retry-after=0": 0,
    'say {retry-after=7}, "please"': 7_000,
  };
  for (const [reason, delay] of Object.entries(reasons)) {
    assertEquals(parseRetryAfterReason(1012, reason), delay);
    assertEquals(parseRetryAfterReason(1013, reason), delay);
  }
});

Deno.test("parseRetryAfterReason() reads seconds out of a JSON reason", () => {
  assertEquals(parseRetryAfterReason(1012, '{"retryAfter": 10}'), 10_000);
  assertEquals(
    parseRetryAfterReason(1013, ' {"why":"load","retryAfter":0.25} '),
    250,
  );
});

Deno.test("parseRetryAfterReason() reads nothing from other close codes", () => {
  assertEquals(parseRetryAfterReason(1000, "retry-after=10"), undefined);
  assertEquals(parseRetryAfterReason(4013, '{"retryAfter": 10}'), undefined);
});

Deno.test("parseRetryAfterReason() ignores a reason that does not say", () => {
  const reasons = [
    "",
    "later",
    "retry-after=",
    "retry-after=-5",
    "retry-after=soon",
    "do-not-retry-after=5",
    `retry-after=${"9".repeat(110)}.${"9".repeat(400)}`,
    `retry-after=5${" ".repeat(200)}`,
    "null",
    "12",
    "[]",
    '"retryAfter"',
    "{}",
    '{"retryAfter":"10"}',
    '{"retryAfter":-1}',
    '{"retryAfter":null}',
    '{"retryAfter":1e308}',
    '{"retryAfter":[10]}',
    '{"__proto__":{"retryAfter":10}}',
    '{"retryAfter":10',
  ];
  for (const reason of reasons) {
    assertEquals(parseRetryAfterReason(1013, reason), undefined, reason);
  }
});

Deno.test("parseRetryAfterReason() never throws and returns a finite duration or nothing", () => {
  const reason = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.string().map((text) => `retry-after=${text}`),
    fc.jsonValue().map((retryAfter) => JSON.stringify({ retryAfter })),
  );
  fc.assert(fc.property(reason, (reason) => {
    const delay = parseRetryAfterReason(1013, reason);
    assertEquals(
      delay === undefined || (delay >= 0 && Number.isFinite(delay)),
      true,
    );
  }));
});

Deno.test("delayWithRetryAfter() follows the server and spreads the fleet over the cap", () => {
  const options: Backoff = { strategy: "spread", cap: 8_000 };
  assertEquals(delayWithRetryAfter(10_000, 500, 0, options), 10_000);
  assertEquals(delayWithRetryAfter(10_000, 500, 0.5, options), 14_000);
  assertEquals(
    delayWithRetryAfter(10_000, 500, 0.5, { strategy: "spread" }),
    17_500,
  );
});

Deno.test("delayWithRetryAfter() spreads over at most 15 s under an exponential policy", () => {
  assertEquals(delayWithRetryAfter(10_000, 500, 0.5, exponential({})), 17_500);
  assertEquals(
    delayWithRetryAfter(10_000, 500, 0.5, exponential({ maxDelay: 2_000 })),
    11_000,
  );
});

Deno.test("delayWithRetryAfter() does not shorten the delay of the policy", () => {
  assertEquals(delayWithRetryAfter(1_000, 5_000, 0, SPREAD), 5_000);
});

Deno.test("delayWithRetryAfter() bounds what a server can ask for", () => {
  for (const advice of [MAX_RETRY_AFTER + 1, 1e300, Infinity]) {
    assertEquals(
      delayWithRetryAfter(advice, 0, 0, SPREAD),
      MAX_RETRY_AFTER,
    );
  }
});

Deno.test("delayWithRetryAfter() ignores advice that is no duration", () => {
  for (const advice of [0, -1, -Infinity, NaN]) {
    assertEquals(delayWithRetryAfter(advice, 700, 0, SPREAD), 700);
  }
});

Deno.test("delayWithRetryAfter() clamps its sum", () => {
  const endless: Backoff = { strategy: "spread", cap: Infinity };
  assertEquals(delayWithRetryAfter(1_000, MAX_DELAY, 0.5, endless), MAX_DELAY);
});
