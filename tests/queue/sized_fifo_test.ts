import { assertEquals } from "@std/assert";
import { SizedFifo } from "../../lib/queue/sized_fifo.ts";

Deno.test("SizedFifo gives entries in order, and counts their bytes", () => {
  const fifo = new SizedFifo<{ readonly bytes: number }>();
  assertEquals([fifo.shift(), fifo.peek(), fifo.bytes], [
    undefined,
    undefined,
    0,
  ]);
  for (const bytes of [5, 0, 7]) fifo.push({ bytes });
  assertEquals([fifo.length, fifo.bytes, fifo.peek()], [3, 12, { bytes: 5 }]);
  assertEquals([fifo.shift(), fifo.bytes], [{ bytes: 5 }, 7]);
  assertEquals(fifo.clear(), [{ bytes: 0 }, { bytes: 7 }]);
  assertEquals([fifo.length, fifo.bytes], [0, 0]);
});
