import { assertEquals } from "@std/assert";
import { Calendar } from "../../../lib/cli/storm/calendar.ts";

Deno.test("Calendar gives each client once, at its millisecond", () => {
  const calendar = new Calendar(4);
  calendar.schedule(0, 2);
  calendar.schedule(1, 0);
  calendar.schedule(2, 2);
  calendar.schedule(3, 5);
  assertEquals(calendar.size, 4);
  const due: (readonly number[])[] = [];
  for (; calendar.now < 7; calendar.advance()) due.push(takeAll(calendar));
  assertEquals(due, [[1], [], [0, 2], [], [], [3], []]);
  assertEquals(calendar.size, 0);
});

Deno.test("Calendar sets a timer for the current millisecond", () => {
  const calendar = new Calendar(1);
  calendar.schedule(0, 0);
  assertEquals(calendar.take(), 0);
  calendar.schedule(0, 0);
  assertEquals(takeAll(calendar), [0]);
});

Deno.test("Calendar shortens a timer beyond its longest time", () => {
  const far = 2 ** 21 - 1;
  const calendar = new Calendar(2);
  calendar.schedule(0, far);
  // Longer than the longest time.
  calendar.schedule(1, 10 * far);
  assertEquals(takeAll(calendar), []);
  while (calendar.now < far) calendar.advance();
  assertEquals(takeAll(calendar), [0, 1]);
});

function takeAll(calendar: Calendar): readonly number[] {
  const clients: number[] = [];
  for (
    let client = calendar.take();
    client !== undefined;
    client = calendar.take()
  ) clients.push(client);
  return clients.sort();
}
