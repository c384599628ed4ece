import { assertEquals } from "@std/assert";
import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../../lib/boundary/protocol.ts";
import { Consumption } from "../../../lib/client/remote/consumption.ts";

Deno.test("Consumption.isDue waits for a quarter of the window", () => {
  const consumption = new Consumption(undefined);
  consumption.add(RECEIVE_WINDOW_MESSAGES / 4 - 1, 0);
  assertEquals([consumption.isExact, consumption.isDue], [false, false]);
  consumption.add(1, 5);
  assertEquals(consumption.isDue, true);
  const messages = RECEIVE_WINDOW_MESSAGES / 4;
  assertEquals(consumption.take(), { messages, bytes: 5 });
  consumption.add(1, RECEIVE_WINDOW_BYTES / 4);
  assertEquals(consumption.isDue, true);
});

Deno.test("Consumption.take() tells each number once", () => {
  const consumption = new Consumption("consumed");
  consumption.give(3);
  assertEquals([consumption.given, consumption.consumed], [3, 0]);
  consumption.finish();
  assertEquals([consumption.isExact, consumption.isDue], [true, true]);
  assertEquals(consumption.take(), { messages: 0, bytes: 0, upTo: 3 });
  assertEquals(consumption.isDue, false);
  assertEquals(consumption.take(), { messages: 0, bytes: 0 });
});

Deno.test("Consumption.restart() tells a new worker all of it again", () => {
  const consumption = new Consumption("consumed");
  consumption.give(3);
  consumption.finish();
  consumption.add(1, 2);
  consumption.take();
  consumption.add(1, 2);
  consumption.restart();
  assertEquals(consumption.take(), { messages: 0, bytes: 0, upTo: 3 });
});

Deno.test("Consumption.arrived() consumes what has arrived, where that was asked for", () => {
  for (const [ack, consumed] of [["received", 5], ["consumed", 0]] as const) {
    const consumption = new Consumption(ack);
    consumption.arrived(5);
    assertEquals(consumption.consumed, consumed);
  }
});

Deno.test("Consumption.acknowledge() consumes no more than was given, and takes nothing back", () => {
  const consumption = new Consumption("manual");
  consumption.give(3);
  consumption.finish();
  assertEquals(consumption.consumed, 0);
  consumption.acknowledge(2);
  assertEquals(consumption.consumed, 2);
  consumption.acknowledge(1);
  consumption.acknowledge(9);
  assertEquals(consumption.consumed, 3);
});
