import { assertEquals } from "@std/assert";
import {
  type ExpiringEntry,
  ExpiringFifo,
} from "../../lib/queue/expiring_fifo.ts";

interface Entry extends ExpiringEntry {
  readonly name: string;
}

function entry(name: string, bytes = 10, expiresAt = Infinity): Entry {
  return { name, bytes, expiresAt };
}

function filled(...names: readonly string[]): ExpiringFifo<Entry> {
  const queue = new ExpiringFifo<Entry>();
  for (const name of names) queue.append(entry(name));
  return queue;
}

function names(entries: readonly Entry[]): string {
  return entries.map(({ name }) => name).join(" ");
}

Deno.test("ExpiringFifo.shift() returns entries in the order of append()", () => {
  const queue = filled("a", "b", "c");
  assertEquals(queue.peek()?.name, "a");
  assertEquals([queue.length, queue.bytes], [3, 30]);
  assertEquals(
    [queue.shift(), queue.shift(), queue.shift()].map((it) => it?.name),
    [
      "a",
      "b",
      "c",
    ],
  );
  assertEquals([queue.length, queue.bytes], [0, 0]);
});

Deno.test("ExpiringFifo.shift() returns undefined when it is empty", () => {
  const queue = filled();
  assertEquals(queue.shift(), undefined);
  assertEquals(queue.peek(), undefined);
  assertEquals([queue.length, queue.bytes], [0, 0]);
});

Deno.test("ExpiringFifo.shift() releases the slots of a long queue", () => {
  const queue = new ExpiringFifo<Entry>();
  for (let i = 0; i < 5_000; i += 1) queue.append(entry(`${i}`));
  for (let i = 0; i < 5_000; i += 1) assertEquals(queue.shift()?.name, `${i}`);
  assertEquals(queue.length, 0);
});

Deno.test("ExpiringFifo.remove() takes exactly this entry out of the middle", () => {
  const queue = filled("a", "b");
  const third = entry("b");
  queue.append(third);
  queue.shift();
  assertEquals(queue.remove(entry("b")), false);
  assertEquals(queue.remove(third), true);
  assertEquals(queue.remove(third), false);
  assertEquals([queue.length, queue.bytes], [1, 10]);
});

Deno.test("ExpiringFifo.remove() does not find an entry that was shifted", () => {
  const queue = filled("a", "b");
  const first = queue.shift() as Entry;
  assertEquals(queue.remove(first), false);
  assertEquals([queue.length, queue.bytes], [1, 10]);
});

Deno.test("ExpiringFifo.expire() takes out the entries that are due and keeps the order of the rest", () => {
  const queue = filled();
  for (const [name, at] of [["a", 30], ["b", 10], ["c", Infinity]] as const) {
    queue.append(entry(name, 10, at));
  }
  assertEquals(queue.nextExpiry(), 10);
  assertEquals(queue.expire(9), []);
  assertEquals(names(queue.expire(10)), "b");
  assertEquals(queue.nextExpiry(), 30);
  assertEquals([queue.length, queue.bytes], [2, 20]);
  assertEquals(names(queue.expire(1_000)), "a");
  assertEquals(queue.nextExpiry(), Infinity);
  assertEquals(names(queue.clear()), "c");
});

Deno.test("ExpiringFifo.nextExpiry() is early at most once for an entry that was sent", () => {
  const queue = filled();
  queue.append(entry("a", 10, 10));
  queue.append(entry("b", 10, 30));
  queue.shift();
  assertEquals(queue.nextExpiry(), 10);
  assertEquals(queue.expire(10), []);
  assertEquals(queue.nextExpiry(), 30);
});

Deno.test("ExpiringFifo.nextExpiry() is Infinity once the last entry with a ttl has left", () => {
  const queue = filled("a");
  const expiring = entry("b", 10, 10);
  queue.append(expiring);
  queue.remove(expiring);
  assertEquals(queue.nextExpiry(), Infinity);
  queue.append(expiring);
  queue.clear();
  assertEquals(queue.nextExpiry(), Infinity);
});

Deno.test("ExpiringFifo.clear() returns what was queued and leaves an queue that can be used", () => {
  const queue = filled("a", "b");
  queue.shift();
  assertEquals(names(queue.clear()), "b");
  assertEquals([queue.length, queue.bytes], [0, 0]);
  queue.append(entry("c"));
  assertEquals(names(queue.clear()), "c");
});
