import { assert, assertMatch } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("orders.ts books each order once, although its handler fails and the connection is cut", async () => {
  const { success, stdout } = await runExample("orders");
  assert(success, stdout);
  assertMatch(
    stdout,
    /orders: 20 sent, 26 handled, 20 booked, 80 apples left/,
  );
});
