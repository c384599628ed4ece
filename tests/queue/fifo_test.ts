import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../lib/queue/fifo.ts";

Deno.test("Fifo.shift() returns items in the order of push(), then undefined", () => {
  const fifo = fifoOf("a", "b");
  assertEquals([fifo.shift(), fifo.shift(), fifo.shift(), fifo.length], [
    "a",
    "b",
    undefined,
    0,
  ]);
});

Deno.test("Fifo.at() counts from the first item that is there", () => {
  const fifo = fifoOf("a", "b");
  fifo.shift();
  assertEquals([fifo.at(0), fifo.at(1), fifo.length], ["b", undefined, 1]);
});

Deno.test("Fifo.indexOf() finds what is there and nothing that was", () => {
  const fifo = fifoOf("a", "b", "c");
  fifo.shift();
  assertEquals(["a", "b", "c", "d"].map((item) => fifo.indexOf(item)), [
    -1,
    0,
    1,
    -1,
  ]);
});

Deno.test("Fifo.replace() and removeAt() reach into the middle", () => {
  const fifo = fifoOf("x", "a", "b", "c");
  fifo.shift();
  fifo.replace(0, "A");
  fifo.removeAt(1);
  assertEquals(fifo.clear(), ["A", "c"]);
});

Deno.test("Fifo.clear() hands an array over that is taken as a whole", () => {
  const fifo = fifoOf("a");
  const first = fifo.take(1);
  fifo.push("b");
  assertEquals([first, fifo.clear()], [["a"], ["b"]]);
});

Deno.test("Fifo keeps few empty slots, however long it lives", () => {
  const released = new Fifo<object>();
  for (let count = 0; count < 10_000; count += 1) {
    released.push({ count });
    if (count >= 10) released.shift();
  }
  assertStrictEquals(released.length, 10);
  assertEquals(released.at(0), { count: 9_990 });
});

Deno.test("Fifo behaves as an array does, in any history", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("push"), n: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ do: fc.constant("take"), n: fc.integer({ min: 0, max: 900 }) }),
    fc.record({
      do: fc.constant("shift"),
      n: fc.integer({ max: 900, min: 0 }),
    }),
    fc.record({ do: fc.constant("remove"), n: fc.nat(50) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const fifo = new Fifo<number>();
    const array: number[] = [];
    let next = 0;
    for (const { do: what, n } of steps) {
      const count = Math.min(n, array.length);
      if (what === "push") {
        for (let item = 0; item < n; item += 1, next += 1) {
          fifo.push(next);
          array.push(next);
        }
      } else if (what === "take") {
        assertEquals(fifo.take(count), array.splice(0, count));
      } else if (what === "shift") {
        for (let item = 0; item < n; item += 1) {
          assertStrictEquals(fifo.shift(), array.shift());
        }
      } else if (what === "remove" && n < array.length) {
        fifo.removeAt(n);
        array.splice(n, 1);
      }
      assertStrictEquals(fifo.length, array.length);
      assertStrictEquals(fifo.at(0), array[0]);
    }
    assertEquals(fifo.clear(), array);
  }));
});

function fifoOf(...items: readonly string[]): Fifo<string> {
  const fifo = new Fifo<string>();
  for (const item of items) fifo.push(item);
  return fifo;
}
