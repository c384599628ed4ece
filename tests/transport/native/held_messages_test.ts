import { assertEquals } from "@std/assert";
import { HeldMessages } from "../../../lib/transport/native/held_messages.ts";
import { queueTask } from "../../../lib/platform/task.ts";

/** A socket whose state tests set. */
class Socket {
  bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
}

function nextTask(): Promise<void> {
  return new Promise(queueTask);
}

Deno.test("HeldMessages.some is true until the socket has written all", async () => {
  const socket = new Socket();
  const written = Promise.withResolvers<void>();
  const held = new HeldMessages(socket, () => written.resolve());
  assertEquals(held.some, false);
  socket.bufferedAmount = 2;
  held.add();
  held.add();
  // Longer than it looks in each task.
  for (let task = 0; task < 20; task += 1) await nextTask();
  assertEquals(held.some, true);
  socket.bufferedAmount = 0;
  await written.promise;
  assertEquals(held.some, false);
});

Deno.test("HeldMessages.some stays true after the end, where nothing was written", async () => {
  const socket = new Socket();
  let calls = 0;
  const held = new HeldMessages(socket, () => calls += 1);
  held.add();
  // Deno says 0 from then on.
  socket.readyState = WebSocket.CLOSED;
  await nextTask();
  assertEquals([held.some, calls], [true, 0]);
  held.stop();
  held.clear();
  assertEquals(held.some, false);
});

Deno.test("HeldMessages.stop() ends the watch", async () => {
  const socket = new Socket();
  socket.bufferedAmount = 1;
  const held = new HeldMessages(socket, () => {});
  held.add();
  await nextTask();
  held.stop();
  assertEquals(held.some, true);
});

Deno.test("HeldMessages.clear() needs no other look", async () => {
  const socket = new Socket();
  let calls = 0;
  const held = new HeldMessages(socket, () => calls += 1);
  held.add();
  held.clear();
  await nextTask();
  assertEquals(calls, 0);
});
