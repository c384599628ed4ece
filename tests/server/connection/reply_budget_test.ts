import { assertEquals } from "@std/assert";
import { ReplyBudget } from "../../../lib/server/connection/reply_budget.ts";

const SIXTY = new Uint8Array(60);
const BOUNDS = { maxMessages: 3, maxBytes: 100 };

Deno.test("ReplyBudget.isSpent() counts replies until they are consumed", () => {
  const budget = new ReplyBudget(BOUNDS);
  budget.reserve([SIXTY]);
  budget.store(1, [SIXTY]);
  budget.reserve(["x", "x".repeat(49)]);
  assertEquals(budget.isSpent(0, 1), true);
  budget.store(2, ["x", "x".repeat(49)]);
  assertEquals(budget.isSpent(0, 2), true);
  assertEquals(budget.isSpent(1, 2), false);
  budget.store(2, []);
  assertEquals(budget.isSpent(2, 2), false);
});

Deno.test("ReplyBudget.isSpent() counts all messages that wait", () => {
  const budget = new ReplyBudget(BOUNDS);
  assertEquals([budget.isSpent(0, 3), budget.isSpent(0, 4)], [false, true]);
});
