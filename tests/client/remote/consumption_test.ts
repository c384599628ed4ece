import { assertEquals } from "@std/assert";
import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../../lib/boundary/protocol.ts";
import { Consumption } from "../../../lib/client/remote/consumption.ts";

Deno.test("Consumption.isDue waits for a quarter of the window", () => {
  const consumption = new Consumption();
  consumption.add(RECEIVE_WINDOW_MESSAGES / 4 - 1, 0);
  assertEquals([consumption.isExact, consumption.isDue], [false, false]);
  consumption.add(1, 5);
  assertEquals(consumption.isDue, true);
  const messages = RECEIVE_WINDOW_MESSAGES / 4;
  assertEquals(consumption.take(), { messages, bytes: 5 });
  consumption.add(1, RECEIVE_WINDOW_BYTES / 4);
  assertEquals(consumption.isDue, true);
});

Deno.test("Consumption counts no message by itself", () => {
  const consumption = new Consumption();
  consumption.arrived(1);
  consumption.give(1);
  consumption.finish();
  consumption.add(1, 2);
  assertEquals(consumption.take(), { messages: 1, bytes: 2 });
  consumption.add(1, 2);
  consumption.restart();
  assertEquals(consumption.take(), undefined);
});
