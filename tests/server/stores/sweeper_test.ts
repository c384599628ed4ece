import { assertEquals, assertRejects } from "@std/assert";
import { Sweeper } from "../../../lib/server/stores/sweeper.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

const TTL = 45_000;

/** A sweeper of so many sessions that are over. */
function makeSweeper(count: number) {
  const clock = new ManualClock();
  const over = Array.from({ length: count }, (_, index) => `${index}`);
  const log: string[] = [];
  const store = {
    away: false,
    due(limit: number) {
      log.push("due");
      return store.away
        ? Promise.reject(new Error("Away"))
        : Promise.resolve(over.slice(0, limit));
    },
  };
  const sweeper = new Sweeper({
    ...{ store, clock, ttl: TTL },
    end: (session) => {
      over.splice(over.indexOf(session), 1);
      return Promise.resolve();
    },
  });
  return { clock, over, log, store, sweeper };
}

Deno.test("Sweeper.sweep() ends all that is over, in parts", async () => {
  const { over, log, sweeper } = makeSweeper(250);
  await sweeper.sweep();
  assertEquals([over, log], [[], ["due", "due", "due"]]);
});

Deno.test("Sweeper.sweep() leaves the rest to a sweep that is under way", async () => {
  const { over, log, sweeper } = makeSweeper(250);
  await Promise.all([sweeper.sweep(), sweeper.sweep()]);
  assertEquals(over, []);
  assertEquals(log.length <= 4, true);
});

Deno.test("Sweeper.stop() leaves the rest", async () => {
  const { over, sweeper } = makeSweeper(250);
  sweeper.stop();
  await sweeper.sweep();
  assertEquals(over.length, 150);
});

Deno.test("Sweeper.sweep() gives clients the time in which the store was away, up to the ttl", async () => {
  for (const [failures, grace] of [[4, 30_000], [7, TTL]] as const) {
    const { clock, over, sweeper } = makeSweeper(1);
    for (let failure = 0; failure < failures; failure += 1) {
      if (failure > 0) clock.advance(10_000);
      sweeper.noteFailure();
    }
    clock.advance(grace - 1);
    await sweeper.sweep();
    assertEquals([over, sweeper.isWaiting], [["0"], true]);
    clock.advance(1);
    await sweeper.sweep();
    assertEquals([over, sweeper.isWaiting], [[], false]);
  }
});

Deno.test("Sweeper.sweep() goes on after failures that are far apart", async () => {
  const { clock, over, sweeper } = makeSweeper(1);
  for (let failure = 0; failure < 9; failure += 1) {
    clock.advance(30_001);
    sweeper.noteFailure();
  }
  await sweeper.sweep();
  assertEquals(over, []);
});

Deno.test("Sweeper.sweep() rejects while the store is away", async () => {
  const { store, sweeper } = makeSweeper(1);
  store.away = true;
  await assertRejects(() => sweeper.sweep(), Error, "Away");
});
