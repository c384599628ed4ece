import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ACK_AFTER_MESSAGES,
  boundedWindow,
  MAX_CONTROL,
  MAX_HEADER,
  MAX_LINEAGE,
  MAX_POSITIONS,
  SUBPROTOCOL,
} from "../../../lib/session/wire/limits.ts";

Deno.test("SUBPROTOCOL is a token of HTTP", () => {
  // RFC 6455, 4.1, and RFC 9110, 5.6.2.
  assertMatch(SUBPROTOCOL, /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
});

Deno.test("MAX_HEADER leaves room for the longest header", () => {
  const longest = Number.MAX_SAFE_INTEGER.toString(36).length;
  assert(MAX_HEADER >= 1 + 3 * longest + 2);
});

Deno.test("limits fit each other", () => {
  assert(MAX_LINEAGE >= MAX_POSITIONS);
  assert(MAX_CONTROL > MAX_HEADER);
  assert(1_000 / ACK_AFTER_MESSAGES <= 35, "the target of sessions.md, 7");
});

Deno.test("boundedWindow() leaves room to count", () => {
  const small = { messages: 3, bytes: 1_000 };
  assertEquals(boundedWindow(small), small);
  const none = Number.MAX_SAFE_INTEGER;
  const { messages, bytes } = boundedWindow({ messages: none, bytes: none });
  assertEquals(
    [messages, bytes].map((most) => Number.isSafeInteger(most * 2)),
    [
      ...[true, true],
    ],
  );
});
