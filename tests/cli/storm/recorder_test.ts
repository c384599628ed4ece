import { assertEquals } from "@std/assert";
import { Recorder } from "../../../lib/cli/storm/recorder.ts";
import { WINDOW } from "../../../lib/cli/storm/scenario.ts";

Deno.test("Recorder.counts() has attempts and openings per window", () => {
  const recorder = new Recorder(2);
  recorder.lost(0, 0);
  recorder.lost(1, 0);
  recorder.attempted(WINDOW - 1);
  recorder.attempted(WINDOW);
  recorder.opened(0, WINDOW, 0);
  recorder.attempted(3 * WINDOW);
  recorder.opened(1, 3 * WINDOW, 0);
  const { attempts, openings } = recorder.counts();
  assertEquals([...attempts], [1, 1, 0, 1]);
  assertEquals([...openings], [0, 1, 0, 1]);
});

Deno.test("Recorder.counts() has recoveries in rising order, from when they were possible", () => {
  const recorder = new Recorder(3);
  for (const client of [0, 1, 2]) recorder.lost(client, 100);
  recorder.opened(1, 900, 500);
  recorder.opened(0, 600, 500);
  assertEquals([...recorder.counts().recoveries], [100, 400, Infinity]);
  // A later loss than the outage counts from itself.
  recorder.lost(0, 700);
  recorder.opened(0, 750, 500);
  assertEquals([...recorder.counts().recoveries], [50, 100, 400, Infinity]);
});

Deno.test("Recorder grows with the time and with the losses", () => {
  const recorder = new Recorder(1);
  for (let loss = 0; loss < 5; loss += 1) {
    recorder.lost(0, loss);
    recorder.opened(0, loss + 1, 0);
  }
  recorder.attempted(5_000 * WINDOW);
  const { attempts, openings, recoveries } = recorder.counts();
  assertEquals([attempts.length, openings.length], [5_001, 5_001]);
  assertEquals([attempts[5_000], openings[0]], [1, 5]);
  assertEquals([...recoveries], [1, 1, 1, 1, 1]);
});

Deno.test("Recorder.counts() is empty where nothing happened", () => {
  const { attempts, openings, recoveries } = new Recorder(5).counts();
  assertEquals([attempts.length, openings.length, recoveries.length], [
    0,
    0,
    0,
  ]);
});
