import { assertEquals, assertMatch } from "@std/assert";
import { describeClose, isSendableCloseCode } from "../../lib/rfc6455/close.ts";

Deno.test("describeClose() explains a lost connection and what to do", () => {
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

Deno.test("describeClose() says that a number is no close code", () => {
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
