import { assertEquals, assertLess } from "@std/assert";
import { judge, type Report, type Sample, trendsOf } from "./report.ts";

const BALANCE = {
  sent: 10,
  arrived: 10,
  answered: 10,
  received: 10,
  reported: 0,
  lostOnTheWire: 0,
  lostInSilence: 0,
  disordered: 0,
};
const FLAT: Sample = {
  reconnects: 0,
  mainHeap: 5e6,
  workerHeap: 9e6,
  rss: 1e8,
  mainTimers: 1,
  workerTimers: 3,
  listeners: 5,
  descriptors: 35,
  threads: 8,
  stackDepth: 28,
};
const GOOD: Report = {
  seconds: 1,
  balances: [BALANCE],
  samples: samples({}),
  rejections: 0,
  left: { timers: 0, listeners: 0, threads: 7 },
};

Deno.test("judge() likes a run in which nothing grows", () => {
  assertEquals(judge(GOOD), []);
});

Deno.test("judge() finds each figure that grows with the reconnects", () => {
  for (const { name } of trendsOf(GOOD.samples)) {
    // One thing of 1 kB, or of 50 kB for the resident memory, per reconnect.
    const step = name === "rss" ? 50_000 : /heap/i.test(name) ? 1_000 : 1;
    const faults = judge({ ...GOOD, samples: samples({ [name]: step }) });
    assertEquals(faults.length, 1, name);
  }
});

Deno.test("judge() minds no noise", () => {
  const noisy = GOOD.samples.map((sample, index): Sample => ({
    ...sample,
    mainHeap: sample.mainHeap + (index % 3) * 1e5,
    descriptors: sample.descriptors + index % 2,
  }));
  assertEquals(judge({ ...GOOD, samples: noisy }), []);
});

Deno.test("judge() finds books that do not balance, and rejections", () => {
  const faultsOf = (changes: Partial<typeof BALANCE>) =>
    judge({ ...GOOD, balances: [{ ...BALANCE, ...changes }] }).length;
  assertEquals(faultsOf({ lostInSilence: 1 }), 1);
  assertEquals(faultsOf({ disordered: 1 }), 1);
  assertEquals(faultsOf({ lostOnTheWire: -1 }), 1);
  assertEquals(faultsOf({ lostOnTheWire: 1 }), 0);
  assertLess(0, judge({ ...GOOD, rejections: 1 }).length);
});

/** Fifty samples over 10,000 reconnects; some figures grow by so much for each. */
function samples(
  growth: Partial<Record<keyof Sample, number>>,
): readonly Sample[] {
  return Array.from({ length: 50 }, (_, index): Sample => {
    const reconnects = index * 200;
    const grown = Object.entries(FLAT).map(([name, value]) => {
      const step = growth[name as keyof Sample] ?? 0;
      return [name, value + step * reconnects];
    });
    return { ...FLAT, ...Object.fromEntries(grown), reconnects };
  });
}
