import { assert, assertEquals } from "@std/assert";
import { PLATFORM_CLOCK } from "../../lib/platform/clock.ts";
import { ManualClock } from "./manual_clock.ts";

const LONGEST = 2 ** 31 - 1;

Deno.test("PLATFORM_CLOCK has the platform's time and random numbers", () => {
  const { now, wallNow, random } = PLATFORM_CLOCK;
  assert(Math.abs(now() - performance.now()) < 1_000);
  assert(Math.abs(wallNow() - Date.now()) < 1_000);
  const drawn = [random(), random()];
  assert(drawn.every((value) => value >= 0 && value < 1));
  assert(drawn[0] !== drawn[1]);
});

Deno.test("PLATFORM_CLOCK.after() calls once, and not when it is cancelled", async () => {
  const calls: string[] = [];
  PLATFORM_CLOCK.after(0, () => calls.push("cancelled"))();
  await new Promise<void>((resolve) => {
    // A timer cannot hold this delay, and must not call at once instead.
    const cancel = PLATFORM_CLOCK.after(Infinity, () => calls.push("never"));
    PLATFORM_CLOCK.after(-1, () => {
      cancel();
      resolve();
    });
  });
  assertEquals(calls, []);
});

Deno.test("PLATFORM_CLOCK.after() sets no timer beyond what it can hold", () => {
  using timers = fakeTimers();
  let runs = 0;
  const cancel = PLATFORM_CLOCK.after(2 * LONGEST, () => runs += 1);
  assertEquals(timers.delays, [LONGEST]);
  timers.fire();
  assertEquals([timers.delays.length, runs], [2, 0], "it is not due yet");
  cancel();
  assertEquals(timers.cleared, [2]);
});

Deno.test("PLATFORM_CLOCK.every() calls again and again, until it is stopped", async () => {
  let calls = 0;
  await new Promise<void>((resolve) => {
    const stop = PLATFORM_CLOCK.every(1, () => {
      calls += 1;
      if (calls < 3) return;
      stop();
      resolve();
    });
  });
  assertEquals(calls, 3);
});

Deno.test("ManualClock.advance() calls each timer on time", () => {
  const clock = new ManualClock();
  const calls: string[] = [];
  clock.after(20, () => calls.push(`once ${clock.now()}`));
  const stop = clock.every(15, () => calls.push(`every ${clock.now()}`));
  clock.after(5, () => calls.push("cancelled"))();
  clock.advance(30);
  stop();
  clock.advance(100);
  assertEquals(calls, ["every 15", "once 20", "every 30"]);
  assertEquals([clock.now(), clock.timers], [130, 0]);
});

Deno.test("ManualClock.sleep() moves the clocks apart, and calls an interval once", () => {
  const clock = new ManualClock();
  const before = clock.wallNow();
  let calls = 0;
  clock.every(10, () => calls += 1);
  clock.sleep({ monotonic: 100, wall: 1_000 });
  assertEquals([calls, clock.now(), clock.wallNow() - before], [1, 100, 1_000]);
});

/** Timers that a test fires; numbered from 1. */
function fakeTimers() {
  const { setTimeout, clearTimeout } = globalThis;
  const runs: (() => void)[] = [];
  const delays: number[] = [];
  const cleared: number[] = [];
  Object.assign(globalThis, {
    setTimeout: (run: () => void, delay: number) => {
      runs.push(run);
      return delays.push(delay);
    },
    clearTimeout: (timer: number) => cleared.push(timer),
  });
  return {
    delays,
    cleared,
    fire: () => runs.at(-1)?.(),
    [Symbol.dispose]: () => {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}
