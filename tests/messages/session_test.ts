/** Dispatchers on sockets with a session. */

import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { z } from "zod";
import { dispatcher, RequestLostError } from "../../lib/messages/mod.ts";
import { FakeSessionSocket } from "./fake_session_socket.ts";

const SCHEMAS = { sum: z.object({ value: z.number() }) };

function open(socket = new FakeSessionSocket()) {
  const messages = dispatcher(socket, SCHEMAS);
  socket.opens("opened");
  return { socket, messages };
}

function typesOf({ messages }: FakeSessionSocket): readonly unknown[] {
  return messages.map(({ type }) => type);
}

Deno.test("subscribe() repeats nothing on a connection that resumes the session", async () => {
  const { socket, messages } = open();
  using _subscription = messages.subscribe("news");
  socket.accepts();
  await delay(0);
  socket.cuts();
  socket.opens("resumed");
  await delay(0);
  assertEquals(typesOf(socket), ["news"]);
});

Deno.test("subscribe() is repeated in a new session, once", async () => {
  const { socket, messages } = open();
  using _accepted = messages.subscribe("accepted");
  socket.accepts();
  await delay(0);
  // The session carries what is not accepted into the next one, or drops it.
  using _carried = messages.subscribe("carried");
  using _dropped = messages.subscribe("dropped");
  socket.cuts();
  socket.opens("lost");
  assertEquals(typesOf(socket), ["accepted", "carried", "dropped", "accepted"]);
  socket.accepts();
  socket.drops();
  await delay(0);
  assertEquals(typesOf(socket).slice(4), ["dropped"]);
});

Deno.test("subscribe() and request() are carried from one lost session to the next", async () => {
  const { socket, messages } = open();
  using _subscription = messages.subscribe("news");
  const answer = messages.request("add", {}, { reply: "sum" });
  for (let losses = 0; losses < 3; losses += 1) {
    socket.cuts();
    socket.opens("lost");
  }
  assertEquals(typesOf(socket), ["news", "add"]);
  socket.accepts();
  socket.accepts();
  await delay(0);
  const { id } = socket.messages[1]!;
  socket.receiveJson({ type: "sum", id, value: 3 });
  assertEquals(await answer, { value: 3 });
});

Deno.test("subscribe() does not expire on a connection, and says so", () => {
  const { socket, messages } = open();
  using _subscription = messages.subscribe("news");
  messages.request("add", {}, { reply: "sum", timeout: 1_000 }).catch(() => {});
  assertEquals(socket.ttls, [Infinity, undefined]);
  messages[Symbol.dispose]();
});

Deno.test("subscribe() that was dropped before the event tells of it is repeated", async () => {
  const { socket, messages } = open();
  using _subscription = messages.subscribe("news");
  socket.cuts();
  socket.drops();
  await delay(0);
  socket.opens("lost");
  assertEquals(typesOf(socket), ["news", "news"]);
});

Deno.test("request() survives a lost connection, and is lost with its session", async () => {
  const { socket, messages } = open();
  const answered = messages.request("add", {}, { reply: "sum" });
  const lost = messages.request("add", {}, { reply: "sum" });
  const carried = messages.request("add", {}, { reply: "sum" });
  socket.accepts();
  socket.accepts();
  await delay(0);
  socket.cuts();
  socket.opens("resumed");
  const [first, , third] = socket.messages;
  socket.receiveJson({ type: "sum", id: first?.id, value: 1 });
  assertEquals(await answered, { value: 1 });
  socket.cuts();
  socket.opens("lost");
  const error = await lost.catch((error) => error);
  assertEquals(error instanceof RequestLostError, true);
  socket.accepts();
  socket.receiveJson({ type: "sum", id: third?.id, value: 3 });
  assertEquals(await carried, { value: 3 });
  assertEquals(socket.messages.length, 3);
});

Deno.test("subscribe() on a socket that is between two connections goes out with the next", async () => {
  for (const kind of ["resumed", "lost"] as const) {
    const socket = new FakeSessionSocket();
    socket.opens("opened");
    socket.cuts();
    const messages = dispatcher(socket, SCHEMAS);
    using _subscription = messages.subscribe("news");
    socket.opens(kind);
    await delay(0);
    assertEquals(typesOf(socket), ["news"]);
  }
});

Deno.test("unsubscribe goes out for a subscription that a new session carries", () => {
  const { socket, messages } = open();
  const subscription = messages.subscribe("on", undefined, {
    unsubscribe: { type: "off" },
  });
  socket.cuts();
  socket.opens("lost");
  subscription[Symbol.dispose]();
  assertEquals(typesOf(socket), ["on", "off"]);
});
