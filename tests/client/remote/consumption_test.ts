import { assertEquals } from "@std/assert";
import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../../lib/boundary/protocol.ts";
import { Consumption } from "../../../lib/client/remote/consumption.ts";

Deno.test("Consumption.isDue waits for a quarter of the window", () => {
  const consumption = new Consumption();
  consumption.add(RECEIVE_WINDOW_MESSAGES / 4 - 1, 0);
  assertEquals(consumption.isDue, false);
  consumption.add(1, 5);
  assertEquals(consumption.isDue, true);
  const messages = RECEIVE_WINDOW_MESSAGES / 4;
  assertEquals(consumption.take(), { messages, bytes: 5 });
  consumption.add(1, RECEIVE_WINDOW_BYTES / 4);
  assertEquals(consumption.isDue, true);
});

Deno.test("Consumption.take() says each credit once", () => {
  const consumption = new Consumption();
  assertEquals(consumption.take(), undefined);
  consumption.add(1, 2);
  consumption.add(1, 2);
  assertEquals(consumption.take(), { messages: 2, bytes: 4 });
  assertEquals(consumption.take(), undefined);
});
