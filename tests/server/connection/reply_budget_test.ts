import { assertEquals } from "@std/assert";
import { ReplyBudget } from "../../../lib/server/connection/reply_budget.ts";

const SIXTY = new Uint8Array(60);
const BOUNDS = { maxMessages: 3, maxBytes: 100, overflow: "reject" } as const;

Deno.test("ReplyBudget.isSpent() counts what the store has, and replies on their way to it", () => {
  const budget = new ReplyBudget(BOUNDS, 0);
  budget.reserve([SIXTY]);
  budget.store(60, [SIXTY]);
  budget.reserve(["x", "x".repeat(49)]);
  assertEquals(budget.isSpent(0, 1), true);
  budget.store(110, ["x", "x".repeat(49)]);
  assertEquals(budget.isSpent(0, 2), true);
  budget.reserve([]);
  budget.store(50, []);
  assertEquals(budget.isSpent(1, 2), false);
});

Deno.test("ReplyBudget.isSpent() counts what has waited before the connection", () => {
  const budget = new ReplyBudget(BOUNDS, 101);
  assertEquals(budget.isSpent(0, 1), true);
  budget.store(100, []);
  assertEquals(budget.isSpent(0, 1), false);
});

Deno.test("ReplyBudget.isSpent() counts all messages that wait", () => {
  const budget = new ReplyBudget(BOUNDS, 0);
  assertEquals([budget.isSpent(0, 3), budget.isSpent(0, 4)], [false, true]);
});

Deno.test("ReplyBudget.isSpent() counts no numbers of messages that were dropped", () => {
  const budget = new ReplyBudget({ ...BOUNDS, overflow: "drop-oldest" }, 100);
  assertEquals(budget.isSpent(0, 400), false);
  budget.reserve(["x"]);
  assertEquals(budget.isSpent(0, 400), true);
});
