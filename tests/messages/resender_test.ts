import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { type Delivery, Resender } from "../../lib/messages/resender.ts";
import { FakeReconnectingSocket, FakeSocket } from "./fake_socket.ts";

function outletOf<S extends FakeSocket>(socket: S) {
  const outlet = new Resender(socket);
  socket.addEventListener("open", () => outlet.opened());
  socket.addEventListener("disconnect", () => outlet.lost("cut"));
  socket.addEventListener("close", () => outlet.finish("closed"));
  const lost: unknown[] = [];
  const post = (repeat: Delivery["repeat"], frame = "a"): Delivery => {
    const posting = {
      frame,
      repeat,
      lost: (cause: unknown) => lost.push(cause),
    };
    outlet.add(posting);
    return posting;
  };
  return { socket, outlet, lost, post };
}

Deno.test("Outlet holds a posting until the first connection", () => {
  for (const Class of [FakeSocket, FakeReconnectingSocket]) {
    const { socket, post } = outletOf(new Class());
    post("each");
    post("once", "b");
    assertEquals(socket.sent, []);
    socket.open();
    assertEquals(socket.sent, ["open", "a", "b"]);
  }
});

Deno.test("Outlet sends at once on a socket that is open already", () => {
  const socket = new FakeSocket();
  socket.open();
  outletOf(socket).post("each");
  assertEquals(socket.sent, ["open", "a"]);
});

Deno.test("Outlet repeats a posting once on each connection", async () => {
  const { socket, post, lost } = outletOf(new FakeReconnectingSocket());
  socket.open();
  post("each");
  await delay(0);
  for (let connection = 0; connection < 3; connection += 1) {
    socket.disconnect();
    socket.tellDisconnect();
    socket.open();
    await delay(0);
  }
  assertEquals(socket.sent, [
    ...["open", "a", "open", "a", "open", "a", "open", "a"],
  ]);
  assertEquals(lost, []);
});

Deno.test("Outlet takes back what a lost connection left unsent", async () => {
  const { socket, post } = outletOf(new FakeReconnectingSocket());
  socket.open();
  socket.cut();
  post("each");
  post("each", "b");
  socket.tellDisconnect();
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "open", "a", "b"]);
});

Deno.test("Outlet sees that a posting went out on the old connection", async () => {
  const { socket, post } = outletOf(new FakeReconnectingSocket());
  socket.open();
  post("each");
  socket.disconnect();
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "open", "a"]);
});

Deno.test("Outlet sees that a posting went out on the new connection", async () => {
  const socket = new FakeReconnectingSocket();
  // Too late to be taken back: the worker is ahead.
  const write = (frame: string | ArrayBuffer | Uint8Array<ArrayBuffer>) =>
    FakeReconnectingSocket.prototype.write.call(socket, frame);
  const { post } = outletOf(Object.assign(socket, { write }));
  socket.open();
  socket.cut();
  post("each");
  socket.tellDisconnect();
  await delay(1);
  socket.connect();
  socket.tellOpen();
  await delay(1);
  assertEquals(socket.sent, ["open", "open", "a"]);
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "open", "a", "open", "a"]);
});

Deno.test("Outlet loses a posting of one connection with it", async () => {
  const { socket, post, lost } = outletOf(new FakeReconnectingSocket());
  socket.open();
  post("once");
  socket.cut();
  post("once", "b");
  socket.tellDisconnect();
  assertEquals(lost, ["cut", "cut"]);
  post("once", "c");
  socket.tellDisconnect();
  assertEquals(lost.length, 2);
  socket.open();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "open", "c"]);
});

Deno.test("Outlet takes a second open for a new connection", async () => {
  const { socket, post, lost } = outletOf(new FakeReconnectingSocket());
  socket.open();
  post("each");
  post("once", "b");
  await delay(0);
  socket.tellOpen();
  await delay(0);
  assertEquals(socket.sent, ["open", "a", "b", "a"]);
  assertEquals(lost, [undefined]);
});

Deno.test("Outlet keeps a repeated posting that was refused for the next connection", async () => {
  const { socket, post, lost } = outletOf(new FakeReconnectingSocket());
  socket.open();
  const refusing = Object.assign(socket, {
    write: () => Promise.reject(new Error("Full")),
  });
  post("each");
  post("once", "b");
  await delay(0);
  assertEquals(lost.map(String), ["Error: Full"]);
  Reflect.deleteProperty(refusing, "write");
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "open", "a"]);
});

Deno.test("Outlet.withdraw() takes back what was not sent", () => {
  const { socket, outlet, post } = outletOf(new FakeReconnectingSocket());
  outlet.withdraw(post("each"));
  socket.open();
  socket.cut();
  outlet.withdraw(post("each", "b"));
  socket.connect();
  assertEquals(socket.sent, ["open", "open"]);
});

Deno.test("Outlet.revoke() follows only what may have been sent", async () => {
  const { socket, outlet, post } = outletOf(new FakeReconnectingSocket());
  outlet.revoke(post("each"), "end a");
  socket.open();
  outlet.revoke(post("each", "b"), "end b");
  const third = post("each", "c");
  await delay(0);
  outlet.revoke(third, "end c");
  outlet.revoke(third, "end c");
  socket.disconnect();
  outlet.revoke(post("each", "d"), "end d");
  socket.open();
  assertEquals(socket.sent, ["open", "b", "end b", "c", "end c", "open"]);
});

Deno.test("Outlet does not send the opposite on the next connection", () => {
  const { socket, outlet, post } = outletOf(new FakeReconnectingSocket());
  socket.open();
  const posting = post("each");
  socket.cut();
  outlet.revoke(posting, "end a");
  socket.disconnect();
  socket.open();
  assertEquals(socket.sent, ["open", "a", "open"]);
});

Deno.test("Outlet.finish() loses everything", () => {
  const { socket, outlet, post, lost } = outletOf(new FakeReconnectingSocket());
  post("each");
  socket.open();
  socket.cut();
  post("once");
  assertEquals(outlet.end, undefined);
  socket.close();
  assertEquals(lost, ["closed", "closed"]);
  assertEquals(outlet.end, { cause: "closed" });
  socket.connect();
  assertEquals(socket.sent, ["open", "a", "open"]);
});

Deno.test("Outlet knows a socket that is closing", () => {
  const socket = new FakeSocket();
  socket.readyState = 2;
  assertEquals(outletOf(socket).outlet.end, { cause: undefined });
});
