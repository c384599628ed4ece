import { assertEquals, assertRejects } from "@std/assert";
import { RoomQueue } from "../../../lib/client/remote/room_queue.ts";
import { LIMITS, settle } from "../fake_worker.ts";

Deno.test("RoomQueue() lets nobody overtake", async () => {
  const { queue, log, enter, free } = makeQueue();
  enter("big", 10);
  free(5);
  enter("small", 1);
  queue.release();
  await settle();
  assertEquals(log, []);
  free(11);
  queue.release();
  await settle();
  assertEquals(log, ["big", "small"]);
});

Deno.test("RoomQueue() lets the next one go when one gives up", async () => {
  const { log, enter, free, queue } = makeQueue();
  const controller = new AbortController();
  const given = queue.wait(10, controller.signal);
  enter("small", 1);
  free(1);
  controller.abort(new Error("Enough"));
  await assertRejects(() => given, Error, "Enough");
  assertEquals(log, ["small"]);
  await assertRejects(() => queue.wait(1, controller.signal), Error, "Enough");
});

Deno.test("RoomQueue() lets everybody go at the end", async () => {
  const { queue, log, enter } = makeQueue();
  enter("a", 1);
  queue.end();
  enter("b", 1);
  await settle();
  assertEquals(log.toSorted(), ["a", "b"]);
});

function makeQueue() {
  let room = 0;
  const log: string[] = [];
  const queue = new RoomQueue(LIMITS, (bytes) => bytes <= room);
  return {
    queue,
    log,
    free: (bytes: number) => room = bytes,
    enter: (name: string, bytes: number) => {
      queue.wait(bytes).then(() => log.push(name));
    },
  };
}
