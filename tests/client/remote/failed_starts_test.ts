import { assertEquals } from "@std/assert";
import { FailedStarts } from "../../../lib/client/remote/failed_starts.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

const CAUSE: Failure = { type: "worker", detail: "503", retryable: true };

Deno.test("FailedStarts.add() leaves no attempt after maxAttempts in a row", () => {
  const starts = new FailedStarts(
    { strategy: "spread", maxAttempts: 2, maxElapsed: Infinity },
    new ManualClock(),
  );
  assertEquals(starts.add(CAUSE, 10), undefined);
  starts.reset();
  assertEquals(starts.add(CAUSE, 10), undefined);
  assertEquals(starts.add(CAUSE, 10), {
    type: "exhausted",
    attempts: 2,
    elapsed: 0,
    cause: CAUSE,
  });
});

Deno.test("FailedStarts.add() leaves no attempt that would begin after maxElapsed", () => {
  const clock = new ManualClock();
  const starts = new FailedStarts(
    { strategy: "spread", maxAttempts: Infinity, maxElapsed: 1_000 },
    clock,
  );
  clock.advance(900);
  assertEquals(starts.add(CAUSE, 100), undefined);
  assertEquals(starts.add(CAUSE, 101), {
    type: "exhausted",
    attempts: 2,
    elapsed: 900,
    cause: CAUSE,
  });
  starts.reset();
  assertEquals(starts.add(CAUSE, 1_000), undefined);
});
