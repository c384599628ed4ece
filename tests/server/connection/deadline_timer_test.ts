import { assertEquals } from "@std/assert";
import { DeadlineTimer } from "../../../lib/server/connection/deadline_timer.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

function timerOf(first: number) {
  const clock = new ManualClock();
  const times: number[] = [];
  const plan = { deadline: first, next: Infinity };
  const timer = new DeadlineTimer(clock, {
    deadline: () => plan.deadline,
    onDue: () => {
      times.push(clock.now());
      plan.deadline = plan.next;
    },
  });
  timer.update();
  return { clock, times, plan, timer };
}

Deno.test("DeadlineTimer rings at the deadline, and at the next one", () => {
  const { clock, times, plan } = timerOf(100);
  plan.next = 250;
  clock.advance(100);
  plan.next = Infinity;
  clock.advance(900);
  assertEquals([...times, clock.timers], [100, 250, 0]);
});

Deno.test("DeadlineTimer follows a deadline that moves", () => {
  const { clock, times, plan, timer } = timerOf(100);
  plan.deadline = 300;
  timer.update();
  clock.advance(200);
  assertEquals([times.length, clock.timers], [0, 1]);
  plan.deadline = 250;
  timer.update();
  clock.advance(200);
  assertEquals([...times, clock.timers], [250, 0]);
});

Deno.test("DeadlineTimer.stop() cancels", () => {
  const { clock, times, timer } = timerOf(100);
  timer.stop();
  clock.advance(200);
  assertEquals([times.length, clock.timers], [0, 0]);
});
