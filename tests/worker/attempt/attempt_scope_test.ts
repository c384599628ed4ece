import { assertEquals, assertStrictEquals } from "@std/assert";
import { AttemptScope } from "../../../lib/worker/attempt/attempt_scope.ts";

Deno.test("AttemptScope.end() aborts the signal that was asked for", () => {
  const attempt = new AttemptScope(2);
  const { signal } = attempt;
  assertEquals([attempt.attempt, attempt.isOver], [2, false]);
  assertEquals(signal.aborted, false);
  attempt.end();
  assertEquals([attempt.isOver, signal.aborted], [true, true]);
  assertStrictEquals(attempt.signal, signal);
});

Deno.test("AttemptScope.signal is aborted for those who ask too late", () => {
  const attempt = new AttemptScope(1);
  attempt.end();
  assertEquals(attempt.signal.aborted, true);
  assertEquals(attempt.signal.reason?.name, "AbortError");
});
