import { assertEquals } from "@std/assert";
import { PLATFORM_CLOCK } from "../../lib/platform/clock.ts";
import { setTimersLate } from "../../lib/platform/late_timers.ts";
import { ManualClock } from "./manual_clock.ts";

/** A clock whose timers are late until `end()`. */
function lateClock() {
  const clock = new ManualClock();
  const ends: (() => void)[] = [];
  setTimersLate(clock, (_, run) => ends.push(run));
  return { clock, end: () => ends.pop()?.() };
}

Deno.test("setTimersLate() keeps the instant at which a call is due", () => {
  const { clock, end } = lateClock();
  const calls: number[] = [];
  clock.after(1_000, () => calls.push(clock.now()));
  assertEquals(clock.timers, 0);
  clock.advance(60);
  end();
  assertEquals(clock.timers, 1);
  clock.advance(939);
  assertEquals(calls, []);
  clock.advance(1);
  assertEquals(calls, [1_000]);
});

Deno.test("setTimersLate() starts intervals late", () => {
  const { clock, end } = lateClock();
  const calls: number[] = [];
  clock.every(1_000, () => calls.push(clock.now()));
  assertEquals(clock.timers, 0);
  clock.advance(60);
  end();
  clock.advance(1_000);
  assertEquals(calls, [1_060]);
});

Deno.test("setTimersLate() sets at once what is due sooner", () => {
  const { clock } = lateClock();
  const calls: number[] = [];
  clock.after(50, () => calls.push(clock.now()));
  clock.advance(50);
  assertEquals(calls, [50]);
});

Deno.test("setTimersLate() lets a call be cancelled before it is set, and after", () => {
  const { clock, end } = lateClock();
  const cancels = [
    clock.after(1_000, () => {}),
    clock.after(2_000, () => {}),
    clock.every(3_000, () => {}),
  ];
  cancels[0]?.();
  end();
  assertEquals(clock.timers, 2);
  cancels[1]?.();
  cancels[2]?.();
  assertEquals(clock.timers, 0);
});

Deno.test("setTimersLate() gives the clock its own timers back", () => {
  const { clock, end } = lateClock();
  end();
  const cancel = clock.after(1_000, () => {});
  assertEquals(clock.timers, 1);
  cancel();
});

Deno.test("setTimersLate() waits without a timer by itself", async () => {
  const clock = { ...PLATFORM_CLOCK };
  setTimersLate(clock);
  const late = clock.after;
  const startedAt = clock.now();
  await new Promise<void>((resolve) => clock.after(101, resolve));
  assertEquals(clock.after === late, false);
  assertEquals(clock.now() - startedAt >= 100, true);
});

Deno.test("setTimersLate() reads no timer of Deno before its time", async () => {
  const module = new URL("../../lib/platform/", import.meta.url);
  const source = `
    import { PLATFORM_CLOCK } from "${module}clock.ts";
    import { setTimersLate } from "${module}late_timers.ts";
    const read = [];
    for (const name of ["setTimeout", "setInterval"]) {
      const value = () => 0;
      Object.defineProperty(globalThis, name, {
        get() { read.push(name); return value; },
      });
    }
    let end;
    setTimersLate(PLATFORM_CLOCK, (_, run) => end = run);
    PLATFORM_CLOCK.after(1000, () => {});
    PLATFORM_CLOCK.every(1000, () => {});
    const before = read.length;
    end();
    console.log(before, read.join());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--ext=ts", source],
  }).output();
  const printed = new TextDecoder().decode(stdout).trim();
  assertEquals(printed, "0 setTimeout,setInterval");
});
