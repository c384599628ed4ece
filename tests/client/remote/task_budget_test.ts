import { assertEquals } from "@std/assert";
import { TaskBudget } from "../../../lib/client/remote/task_budget.ts";

function takeAll(budget: TaskBudget): number {
  let count = 0;
  while (budget.take()) count += 1;
  return count;
}

Deno.test("TaskBudget.take() has 1,024 tasks in a row", () => {
  const budget = new TaskBudget();
  assertEquals(takeAll(budget), 1_024);
  assertEquals(takeAll(budget), 0);
});

Deno.test("TaskBudget.restore() gives back two tasks per millisecond, up to 1,024", () => {
  const budget = new TaskBudget();
  budget.restore(1_000);
  assertEquals(takeAll(budget), 1_024);
  budget.restore(1_000.25);
  assertEquals(takeAll(budget), 0);
  budget.restore(1_010);
  assertEquals(takeAll(budget), 20);
  budget.restore(60_000);
  assertEquals(takeAll(budget), 1_024);
});

Deno.test("TaskBudget.ensure() gives 64 tasks where there are fewer", () => {
  const budget = new TaskBudget();
  budget.ensure();
  assertEquals(takeAll(budget), 1_024);
  budget.ensure();
  assertEquals(takeAll(budget), 64);
});
