import { assertEquals } from "@std/assert";
import { ExactConsumption } from "../../../lib/client/remote/exact_consumption.ts";

Deno.test("ExactConsumption.take() tells each number once", () => {
  const consumption = new ExactConsumption("consumed");
  consumption.give(3);
  assertEquals([consumption.given, consumption.consumed], [3, 0]);
  consumption.finish();
  assertEquals(consumption.isDue, true);
  const credit = { messages: 1, bytes: 2 };
  assertEquals(consumption.take(credit), { ...credit, upTo: 3 });
  assertEquals(consumption.isDue, false);
  assertEquals(consumption.take(credit), credit);
  assertEquals(consumption.take(undefined), undefined);
});

Deno.test("ExactConsumption.restart() tells a new worker all of it again", () => {
  const consumption = new ExactConsumption("consumed");
  consumption.give(3);
  consumption.finish();
  consumption.arrived(4);
  consumption.take(undefined);
  assertEquals(consumption.restart(), 4);
  const nothing = { messages: 0, bytes: 0 };
  assertEquals(consumption.take(undefined), { ...nothing, upTo: 3 });
});

Deno.test("ExactConsumption.arrived() consumes what has arrived, where that was asked for", () => {
  for (const [ack, consumed] of [["received", 5], ["consumed", 0]] as const) {
    const consumption = new ExactConsumption(ack);
    consumption.arrived(5);
    assertEquals([consumption.last, consumption.consumed], [5, consumed]);
  }
});

Deno.test("ExactConsumption.acknowledge() consumes no more than was given, and takes nothing back", () => {
  const consumption = new ExactConsumption("manual");
  consumption.give(3);
  consumption.finish();
  assertEquals(consumption.consumed, 0);
  consumption.acknowledge(2);
  assertEquals(consumption.consumed, 2);
  consumption.acknowledge(1);
  consumption.acknowledge(9);
  assertEquals(consumption.consumed, 3);
});
