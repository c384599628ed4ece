import { assertEquals } from "@std/assert";
import { RECEIVE_WINDOW_MESSAGES } from "../../../lib/boundary/protocol.ts";
import { ExactConsumption } from "../../../lib/client/remote/exact_consumption.ts";

Deno.test("ExactConsumption.take() tells each number once", () => {
  const consumption = new ExactConsumption("consumed");
  consumption.give(3);
  assertEquals([consumption.given, consumption.consumed], [3, 0]);
  consumption.finish();
  assertEquals([consumption.isExact, consumption.isDue], [true, true]);
  assertEquals(consumption.take(), { messages: 0, bytes: 0, upTo: 3 });
  assertEquals(consumption.isDue, false);
  assertEquals(consumption.take(), undefined);
});

Deno.test("ExactConsumption.restart() tells a new worker all of it again", () => {
  const consumption = new ExactConsumption("consumed");
  consumption.give(3);
  consumption.finish();
  consumption.add(1, 2);
  consumption.take();
  consumption.add(1, 2);
  consumption.restart();
  assertEquals(consumption.take(), { messages: 0, bytes: 0, upTo: 3 });
});

Deno.test("ExactConsumption.arrived() consumes what has arrived, where that was asked for", () => {
  for (const [ack, consumed] of [["received", 5], ["consumed", 0]] as const) {
    const consumption = new ExactConsumption(ack);
    consumption.arrived(5);
    assertEquals(consumption.consumed, consumed);
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

Deno.test("ExactConsumption.isDue knows of plenty of credit, too", () => {
  const consumption = new ExactConsumption("manual");
  consumption.arrived(4);
  assertEquals([consumption.isDue, consumption.last], [false, 4]);
  consumption.add(RECEIVE_WINDOW_MESSAGES / 4, 0);
  assertEquals(consumption.isDue, true);
});
