import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Transactions } from "../../../../lib/server/stores/sqlite/transactions.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";

/** A table of numbers, and steps that run when the test says so. */
class Numbers {
  readonly db = new DatabaseSync(":memory:");
  readonly tasks: (() => void)[] = [];
  readonly transactions = new Transactions(this.db, {
    task: (run) => void this.tasks.push(run),
  });

  constructor() {
    this.db.exec("CREATE TABLE numbers (n INTEGER, data BLOB)");
  }

  get all(): readonly unknown[] {
    return this.db.prepare("SELECT n FROM numbers").all().map(({ n }) => n);
  }

  add(n: number, size = 0): void {
    this.db.prepare("INSERT INTO numbers VALUES (?, ?)")
      .run(n, new Uint8Array(size));
  }

  runTask(): void {
    this.tasks.shift()!();
  }

  [Symbol.dispose](): void {
    this.db.close();
  }
}

Deno.test("Transactions.run() shares a transaction with the steps of its task", async () => {
  using numbers = new Numbers();
  const { transactions, tasks } = numbers;
  const done: string[] = [];
  const first = transactions.run(() => "a", (answer) => done.push(answer));
  const second = transactions.run(() => "b", () => done.push("second"));
  assertEquals([tasks.length, done.length], [1, 0]);
  numbers.runTask();
  assertEquals(await Promise.all([first, second]), ["a", "b"]);
  assertEquals([tasks.length, ...done], [0, "a", "second"]);
});

Deno.test("Transactions.run() takes back a step that fails, and no other", async () => {
  using numbers = new Numbers();
  const { transactions } = numbers;
  const good = transactions.run(() => numbers.add(1));
  const bad = transactions.run(() => {
    numbers.add(2);
    throw new RangeError("No");
  });
  const next = transactions.run(() => numbers.add(3));
  numbers.runTask();
  await assertRejects(() => bad, RangeError, "No");
  await Promise.all([good, next]);
  assertEquals(numbers.all, [1, 3]);
});

Deno.test("Transactions.run() rejects the whole transaction that the disk has no room for", async () => {
  using numbers = new Numbers();
  const { transactions, db } = numbers;
  db.exec("PRAGMA max_page_count = 10");
  const steps = [
    transactions.run(() => numbers.add(1)),
    transactions.run(() => numbers.add(2, 100_000)),
  ];
  numbers.runTask();
  for (const step of steps) {
    const error = await assertRejects(() => step, SessionStoreError);
    assertEquals(error.code, "full");
  }
  const small = transactions.run(() => numbers.add(3));
  numbers.runTask();
  await small;
  assertEquals(numbers.all, [3]);
});

Deno.test("Transactions.run() divides many steps into several tasks", async () => {
  using numbers = new Numbers();
  const { transactions, tasks } = numbers;
  const steps = Array.from(
    { length: 600 },
    (_, n) => transactions.run(() => numbers.add(n)),
  );
  numbers.runTask();
  assertEquals([numbers.all.length, tasks.length], [512, 1]);
  const late = transactions.run(() => numbers.add(600));
  transactions.flush();
  await Promise.all([...steps, late]);
  assertEquals(numbers.all, Array.from({ length: 601 }, (_, n) => n));
  while (tasks.length > 0) numbers.runTask();
  assertEquals(numbers.all.length, 601);
});

Deno.test("Transactions.run() tells a buffer what becomes of its steps", async () => {
  using numbers = new Numbers();
  const calls: string[] = [];
  const note = (call: string) => () => void calls.push(call);
  const tasks: (() => void)[] = [];
  const clock = { task: (run: () => void) => void tasks.push(run) };
  const buffer = {
    begin: note("begin"),
    takeBack: note("takeBack"),
    write: note("write"),
    forget: note("forget"),
  };
  const transactions = new Transactions(numbers.db, clock, buffer);
  const good = transactions.run(note("step"), note("done"));
  const bad = transactions.run(() => {
    throw new RangeError("No");
  });
  tasks.shift()!();
  await good;
  await assertRejects(() => bad, RangeError);
  assertEquals(calls, [
    ...["begin", "step", "begin", "takeBack"],
    ...["write", "forget", "done"],
  ]);
  buffer.write = () => {
    throw new Error("The disk is full");
  };
  const lost = transactions.run(note("step"));
  tasks.shift()!();
  await assertRejects(() => lost);
  assertEquals(calls.slice(7), ["begin", "step", "forget"]);
});
