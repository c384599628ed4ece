import { assertEquals, assertNotEquals } from "@std/assert";
import { EndTickets } from "../../../../lib/server/stores/redis/end_tickets.ts";

Deno.test("EndTickets.take() draws a ticket for each question", () => {
  const tickets = new EndTickets();
  assertNotEquals(tickets.take("s"), tickets.take("s"));
});

Deno.test("EndTickets.take() returns what was given back, once", () => {
  const tickets = new EndTickets();
  const [one, two] = [tickets.take("s"), tickets.take("s")];
  tickets.giveBack("s", one);
  tickets.giveBack("s", two);
  assertEquals(tickets.take("other").length, 1);
  assertEquals(tickets.take("s"), [...one, ...two]);
  assertEquals(tickets.take("s").length, 1);
});
