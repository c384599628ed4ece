import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  describeClose,
  FATAL_CLOSE_CODES,
  isFatal,
  isSendableCloseCode,
  isUnauthorized,
  LOST,
  normalizeCloseCode,
  retryAfterOfClose,
} from "../../lib/connection/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";

const CONFIG = { fatalCloseCodes: FATAL_CLOSE_CODES };

function closed(closeCode: number): Failure {
  return { type: "closed", closeCode, reason: "", wasClean: true };
}

function handshake(status: number): Failure {
  return { type: "handshake", status, headers: {}, detail: "" };
}

Deno.test("describeClose() says what a lost connection usually is and what to do", () => {
  assertMatch(
    describeClose(1006),
    /^No close frame was received.*30 or 60 s.*heartbeat\.interval/,
  );
});

Deno.test("describeClose() names keepalive timeouts under 1011", () => {
  assertMatch(describeClose(1011), /^Internal error.*keepalive.*server's log/);
});

Deno.test("describeClose() explains our own codes", () => {
  assertMatch(describeClose(4002), /1002/);
  assertMatch(describeClose(4009), /1009.*maxMessageSize/);
  assertMatch(describeClose(4011), /^Heartbeat timeout.*1011/);
});

Deno.test("describeClose() explains private codes by their likeness to HTTP", () => {
  assertMatch(describeClose(4401), /^Unauthorized.*HTTP 401.*token/);
  assertMatch(describeClose(4418), /HTTP status.*refuses/);
  assertMatch(describeClose(4599), /HTTP status.*failed/);
});

Deno.test("describeClose() explains ranges", () => {
  assertMatch(describeClose(0), /^Not a close code: 0 to 999.*1006/);
  assertMatch(describeClose(999), /^Not a close code: 0 to 999/);
  assertMatch(describeClose(1016), /^Unassigned/);
  assertMatch(describeClose(2999), /^Unassigned/);
  assertMatch(describeClose(3999), /^A code of a library/);
  assertMatch(describeClose(4000), /^A private code/);
  assertMatch(describeClose(4999), /^A private code/);
});

Deno.test("describeClose() calls what is no close code so", () => {
  for (const closeCode of [-1, 5000, 65_536, NaN, Infinity, -Infinity]) {
    assertMatch(describeClose(closeCode), /^Not a close code/);
  }
});

Deno.test("isSendableCloseCode() accepts 1000 and 3000 to 4999", () => {
  for (const closeCode of [1000, 3000, 3999, 4000, 4999]) {
    assertEquals(isSendableCloseCode(closeCode), true);
  }
});

Deno.test("isSendableCloseCode() rejects all others, 0, 1005, 1006 and 1015 included", () => {
  for (
    const closeCode of [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, 3000.5, NaN]
  ) {
    assertEquals(isSendableCloseCode(closeCode), false);
  }
});

Deno.test("normalizeCloseCode() takes Deno's 0 and what is out of range as 1006", () => {
  for (const closeCode of [0, -1, 999, 5000, 1000.5, NaN, Infinity]) {
    assertEquals(normalizeCloseCode(closeCode), LOST.closeCode);
  }
});

Deno.test("normalizeCloseCode() keeps each close code", () => {
  for (const closeCode of [1000, 1005, 1006, 4999]) {
    assertEquals(normalizeCloseCode(closeCode), closeCode);
  }
});

Deno.test("retryAfterOfClose() reads seconds out of the text of a reason", () => {
  const reasons = {
    "retry-after=10": 10_000,
    "restarting; Retry-After = 2.5; bye": 2_500,
    "retry-after=0": 0,
    'say {retry-after=7}, "please"': 7_000,
  };
  for (const [reason, delay] of Object.entries(reasons)) {
    assertEquals(retryAfterOfClose(1012, reason), delay);
    assertEquals(retryAfterOfClose(1013, reason), delay);
  }
});

Deno.test("retryAfterOfClose() reads seconds out of a JSON reason", () => {
  assertEquals(retryAfterOfClose(1012, '{"retryAfter": 10}'), 10_000);
  assertEquals(
    retryAfterOfClose(1013, ' {"why":"load","retryAfter":0.25} '),
    250,
  );
});

Deno.test("retryAfterOfClose() reads nothing from other close codes", () => {
  assertEquals(retryAfterOfClose(1000, "retry-after=10"), undefined);
  assertEquals(retryAfterOfClose(4013, '{"retryAfter": 10}'), undefined);
});

Deno.test("retryAfterOfClose() ignores a reason that does not say", () => {
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
    assertEquals(retryAfterOfClose(1013, reason), undefined, reason);
  }
});

Deno.test("retryAfterOfClose() never throws and gives nothing but a finite duration", () => {
  const reason = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.string().map((text) => `retry-after=${text}`),
    fc.jsonValue().map((retryAfter) => JSON.stringify({ retryAfter })),
  );
  fc.assert(fc.property(reason, (reason) => {
    const delay = retryAfterOfClose(1013, reason);
    assertEquals(
      delay === undefined || (delay >= 0 && Number.isFinite(delay)),
      true,
    );
  }));
});

Deno.test("isFatal() takes a refused handshake of 4xx as final", () => {
  for (const status of [400, 401, 403, 404, 410, 426, 451, 499]) {
    assertEquals(isFatal(handshake(status), CONFIG), true, `${status}`);
  }
});

Deno.test("isFatal() tries again after 408, 425, 429 and 5xx", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
    assertEquals(isFatal(handshake(status), CONFIG), false, `${status}`);
  }
});

Deno.test("isFatal() takes 501 and 505 as final", () => {
  for (const status of [501, 505]) {
    assertEquals(isFatal(handshake(status), CONFIG), true);
  }
});

Deno.test("isFatal() tries again after a status that is no error", () => {
  for (const status of [0, 100, 200, 204, 301, 399, 600]) {
    assertEquals(isFatal(handshake(status), CONFIG), false, `${status}`);
  }
});

Deno.test("isFatal() judges a received close code by fatalCloseCodes alone", () => {
  assertEquals(isFatal(closed(4403), CONFIG), true);
  assertEquals(isFatal(closed(1000), CONFIG), false);
  assertEquals(isFatal(closed(1000), { fatalCloseCodes: [1000] }), true);
  assertEquals(isFatal(closed(4403), { fatalCloseCodes: [] }), false);
});

Deno.test("isFatal() takes a failure of the worker at its word", () => {
  assertEquals(
    isFatal({ type: "worker", detail: "", retryable: true }, CONFIG),
    false,
  );
  assertEquals(
    isFatal({ type: "worker", detail: "", retryable: false }, CONFIG),
    true,
  );
});

Deno.test("isFatal() takes as final what the next attempt cannot mend", () => {
  const lost: Failure = { type: "lost", detail: "" };
  const failures: readonly Failure[] = [
    { type: "too-big", limit: 1 },
    { type: "invalid", detail: "" },
    { type: "authentication", detail: "" },
    { type: "exhausted", attempts: 1, elapsed: 1, cause: lost },
  ];
  for (const failure of failures) {
    assertEquals(isFatal(failure, CONFIG), true, failure.type);
  }
});

Deno.test("isFatal() tries again after what may pass", () => {
  const failures: readonly Failure[] = [
    { type: "connect", kind: "refused", detail: "" },
    { type: "open-timeout", timeout: 1, phase: "opening" },
    { type: "lost", detail: "" },
    { type: "close-timeout", timeout: 1 },
    { type: "heartbeat", kind: "ping", timeout: 1 },
    { type: "inbox-overflow", messages: 1, bytes: 1 },
    { type: "protocol", closeCode: 1002, detail: "" },
    { type: "provider", name: "url", detail: "" },
  ];
  for (const failure of failures) {
    assertEquals(isFatal(failure, CONFIG), false, failure.type);
  }
});

Deno.test("isUnauthorized() recognises a refused token", () => {
  for (
    const failure of [handshake(401), closed(1008), closed(3000), closed(4401)]
  ) {
    assertEquals(isUnauthorized(failure), true);
  }
});

Deno.test("isUnauthorized() does not take other failures for it", () => {
  const lost: Failure = { type: "lost", detail: "" };
  for (const failure of [handshake(403), closed(4403), closed(1000), lost]) {
    assertEquals(isUnauthorized(failure), false);
  }
});

Deno.test("FATAL_CLOSE_CODES has no code by which a server asks to come back", () => {
  for (
    const closeCode of [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3008]
  ) {
    assertNotEquals(isFatal(closed(closeCode), CONFIG), true);
  }
});
