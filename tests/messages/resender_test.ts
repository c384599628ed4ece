import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { type Delivery, Resender } from "../../lib/messages/resender.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { FakeReconnectingSocket, FakeSocket } from "./fake_socket.ts";

function makeResender<S extends FakeSocket>(socket: S) {
  const clock = new ManualClock();
  const resender = new Resender(socket, clock);
  socket.addEventListener("open", () => resender.opened());
  socket.addEventListener("disconnect", () => resender.lost("cut"));
  socket.addEventListener("close", () => resender.finish("closed"));
  const lost: unknown[] = [];
  const deliver = (repeat: Delivery["repeat"], frame = "a"): Delivery => {
    const delivery = {
      frame,
      repeat,
      lost: (cause: unknown) => lost.push(cause),
    };
    resender.add(delivery);
    return delivery;
  };
  return { socket, resender, clock, lost, deliver };
}

Deno.test("Resender holds a delivery until the first connection", () => {
  for (const Class of [FakeSocket, FakeReconnectingSocket]) {
    const { socket, deliver } = makeResender(new Class());
    deliver("each");
    deliver("once", "b");
    assertEquals(socket.sent, []);
    socket.open();
    assertEquals(socket.sent, ["open", "a", "b"]);
  }
});

Deno.test("Resender sends at once on a socket that is already open", () => {
  const socket = new FakeSocket();
  socket.open();
  makeResender(socket).deliver("each");
  assertEquals(socket.sent, ["open", "a"]);
});

Deno.test("Resender repeats a delivery once on each connection", async () => {
  const { socket, deliver, lost } = makeResender(new FakeReconnectingSocket());
  socket.open();
  deliver("each");
  await delay(0);
  for (let connection = 0; connection < 3; connection += 1) {
    socket.disconnect();
    socket.fireDisconnect();
    socket.open();
    await delay(0);
  }
  assertEquals(socket.sent, [
    ...["open", "a", "open", "a", "open", "a", "open", "a"],
  ]);
  assertEquals(lost, []);
});

Deno.test("Resender takes back what a lost connection left unsent", async () => {
  const { socket, deliver } = makeResender(new FakeReconnectingSocket());
  socket.open();
  socket.cut();
  deliver("each");
  deliver("each", "b");
  socket.fireDisconnect();
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "open", "a", "b"]);
});

Deno.test("Resender notices that a delivery went out on the old connection", async () => {
  const { socket, deliver } = makeResender(new FakeReconnectingSocket());
  socket.open();
  deliver("each");
  socket.disconnect();
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "open", "a"]);
});

Deno.test("Resender notices that a delivery went out on the new connection", async () => {
  const socket = new FakeReconnectingSocket();
  // It ignores the signal: the worker has taken the message already.
  const write = (frame: string | ArrayBuffer | Uint8Array<ArrayBuffer>) =>
    FakeReconnectingSocket.prototype.write.call(socket, frame);
  const { clock, deliver } = makeResender(Object.assign(socket, { write }));
  socket.open();
  socket.cut();
  deliver("each");
  socket.fireDisconnect();
  clock.advance(0);
  socket.connect();
  socket.fireOpen();
  await delay(0);
  assertEquals(socket.sent, ["open", "open", "a"]);
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "open", "a", "open", "a"]);
});

Deno.test("Resender loses a delivery for one connection with that connection", async () => {
  const { socket, deliver, lost } = makeResender(new FakeReconnectingSocket());
  socket.open();
  deliver("once");
  socket.cut();
  deliver("once", "b");
  socket.fireDisconnect();
  assertEquals(lost, ["cut", "cut"]);
  deliver("once", "c");
  socket.fireDisconnect();
  assertEquals(lost.length, 2);
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "open", "c"]);
});

Deno.test("Resender takes a second open for a new connection", async () => {
  const { socket, deliver, lost } = makeResender(new FakeReconnectingSocket());
  socket.open();
  deliver("each");
  deliver("once", "b");
  await delay(0);
  socket.fireOpen();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "b", "a"]);
  assertEquals(lost, [undefined]);
});

Deno.test("Resender keeps a repeated delivery that was refused for the next connection", async () => {
  const { socket, deliver, lost } = makeResender(new FakeReconnectingSocket());
  socket.open();
  const refusing = Object.assign(socket, {
    write: () => Promise.reject(new Error("Full")),
  });
  deliver("each");
  deliver("once", "b");
  await delay(0);
  assertEquals(lost.map(String), ["Error: Full"]);
  Reflect.deleteProperty(refusing, "write");
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "open", "a"]);
});

Deno.test("Resender.withdraw() takes back what was not sent", () => {
  const { socket, resender, deliver } = makeResender(
    new FakeReconnectingSocket(),
  );
  resender.withdraw(deliver("each"));
  socket.open();
  socket.cut();
  resender.withdraw(deliver("each", "b"));
  socket.connect();
  assertEquals(socket.sent, ["open", "open"]);
});

Deno.test("Resender.revoke() reverses only what may have been sent", async () => {
  const { socket, resender, deliver } = makeResender(
    new FakeReconnectingSocket(),
  );
  resender.revoke(deliver("each"), "end a");
  socket.open();
  resender.revoke(deliver("each", "b"), "end b");
  const third = deliver("each", "c");
  await delay(0);
  resender.revoke(third, "end c");
  resender.revoke(third, "end c");
  socket.disconnect();
  resender.revoke(deliver("each", "d"), "end d");
  socket.open();
  assertEquals(socket.sent, ["open", "b", "end b", "c", "end c", "open"]);
});

Deno.test("Resender does not send a reversal on the next connection", () => {
  const { socket, resender, deliver } = makeResender(
    new FakeReconnectingSocket(),
  );
  socket.open();
  const delivery = deliver("each");
  socket.cut();
  resender.revoke(delivery, "end a");
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "a", "open"]);
});

Deno.test("Resender.finish() loses all deliveries", () => {
  const { socket, resender, deliver, lost } = makeResender(
    new FakeReconnectingSocket(),
  );
  deliver("each");
  socket.open();
  socket.cut();
  deliver("once");
  assertEquals(resender.end, undefined);
  socket.close();
  assertEquals(lost, ["closed", "closed"]);
  assertEquals(resender.end, { cause: "closed" });
  socket.connect();
  assertEquals(socket.sent, ["open", "a", "open"]);
});

Deno.test("Resender has ended when its socket is closing", () => {
  const socket = new FakeSocket();
  socket.readyState = 2;
  assertEquals(makeResender(socket).resender.end, { cause: undefined });
});
