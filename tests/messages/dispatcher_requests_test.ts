import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { OutboxFullError } from "../../lib/client/errors/mod.ts";
import {
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "../../lib/messages/mod.ts";
import { openDispatcher } from "./open_dispatcher.ts";

Deno.test("request() resolves to the data of the message with its id", async () => {
  const { socket, messages, unknown } = openDispatcher();
  let handled = 0;
  messages.on("count", () => handled += 1);
  const sum = messages.request("add", { a: 1, b: 2 }, { reply: "count" });
  const count = messages.request("count");
  const [first, second] = socket.messages;
  assertEquals([first?.type, first?.a, second?.type], ["add", 1, "count"]);
  socket.receiveJson({ type: "count", value: 0 });
  socket.receiveJson({ type: "count", value: 4, id: second?.id });
  socket.receiveJson({ type: "count", value: 3, id: first?.id });
  assertEquals([await sum, await count], [{ value: 3 }, { value: 4 }]);
  assertEquals([handled, unknown.length], [1, 0]);
});

Deno.test("request() uses ids that differ and cannot be guessed", async () => {
  const { socket, messages } = openDispatcher();
  const requests = Array.from({ length: 100 }, () => messages.request("say"));
  const ids = socket.messages.map(({ id }) => String(id));
  assertEquals(new Set(ids).size, 100);
  assert(ids.every((id) => /\.[0-9a-f]{24}$/.test(id)));
  messages[Symbol.dispose]();
  await Promise.allSettled(requests);
});

Deno.test("request() rejects with an answer of another type", async () => {
  const { socket, messages } = openDispatcher();
  const say = messages.request("say", {});
  const more = messages.request("say", {});
  const [first, second] = socket.messages;
  socket.receiveJson({ type: "error", id: first?.id, reason: "full" });
  socket.receiveJson({ type: "nack", id: second?.id });
  const error = await assertRejects(() => say, UnexpectedReplyError);
  assertEquals([error.type, error.data], ["error", { reason: "full" }]);
  assertEquals(error.retryable, false);
  const other = await assertRejects(() => more, UnexpectedReplyError, "nack");
  assertEquals(other.data, { id: second?.id });
});

Deno.test("request() rejects when the schema refuses the answer", async () => {
  const { socket, messages, invalid } = openDispatcher();
  const say = messages.request("say");
  socket.receiveJson({ type: "say", id: socket.messages[0]?.id, text: 7 });
  const error = await assertRejects(() => say, InvalidReplyError, "expected");
  assertEquals(error.issues[0]?.path, ["text"]);
  assertEquals(invalid, []);
});

Deno.test("request() rejects with a TimeoutError, and the late answer goes to unknown", async () => {
  const { socket, messages, unknown } = openDispatcher();
  messages.on("say", () => assert(false));
  const error = await assertRejects(
    () => messages.request("say", {}, { timeout: 1 }),
    DOMException,
    "1 ms",
  );
  assertEquals(error.name, "TimeoutError");
  socket.receiveJson({ type: "say", text: "", id: socket.messages[0]?.id });
  assertEquals(unknown.map(({ kind }) => kind), ["late"]);
});

Deno.test("request() reports a second answer as late", async () => {
  const { socket, messages, unknown } = openDispatcher();
  const say = messages.request("say");
  const reply = { type: "say", text: "", id: socket.messages[0]?.id };
  socket.receiveJson(reply);
  socket.receiveJson(reply);
  await say;
  assertEquals(unknown.map(({ kind, type }) => [kind, type]), [[
    "late",
    "say",
  ]]);
});

Deno.test("request() rejects with the reason of its signal, and takes back what was not sent", async () => {
  const { socket, messages } = openDispatcher();
  socket.cut();
  const controller = new AbortController();
  const { signal } = controller;
  const say = messages.request("say", {}, { signal });
  controller.abort(new Error("Changed my mind"));
  await assertRejects(() => say, Error, "Changed my mind");
  await assertRejects(() => messages.request("say", {}, { signal }), Error);
  socket.connect();
  assertEquals(socket.messages, []);
});

Deno.test("request() rejects when the connection is lost, and is not sent later", async () => {
  const { socket, messages } = openDispatcher();
  const sent = messages.request("say");
  socket.cut();
  const unsent = messages.request("say");
  socket.fireDisconnect();
  const error = await assertRejects(() => sent, RequestLostError, "resend");
  assertEquals([error.type, error.retryable], ["say", true]);
  assertEquals(String(error.cause), "Error: Cable cut");
  await assertRejects(() => unsent, RequestLostError);
  socket.open();
  assertEquals(socket.messages.length, 1);
});

Deno.test("request() waits for a connection, once", async () => {
  const { socket, messages } = openDispatcher();
  socket.disconnect();
  const say = messages.request("say");
  socket.fireDisconnect();
  assertEquals(socket.messages, []);
  socket.open();
  socket.receiveJson({ type: "say", text: "", id: socket.messages[0]?.id });
  assertEquals(await say, { text: "" });
  assertEquals(socket.messages.length, 1);
});

Deno.test("request() with resend is sent again with the same id until it is answered", async () => {
  const { socket, messages } = openDispatcher();
  const say = messages.request("say", {}, { resend: true });
  await delay(0);
  socket.disconnect();
  socket.open();
  await delay(0);
  const [first, second] = socket.messages;
  assertEquals(first, second);
  socket.receiveJson({ type: "say", text: "", id: second?.id });
  await say;
  socket.disconnect();
  socket.open();
  assertEquals(socket.messages.length, 2);
});

Deno.test("request() rejects at the end, and after it", async () => {
  const { socket, messages } = openDispatcher();
  const say = messages.request("say", {}, { resend: true });
  socket.close();
  await assertRejects(() => say, RequestLostError);
  const error = await assertRejects(
    () => messages.request("say"),
    RequestLostError,
    "ended",
  );
  assertEquals(error.retryable, false);
});

Deno.test("request() is bounded by maxRequests", async () => {
  const { messages } = openDispatcher({ maxRequests: 1 });
  const first = messages.request("say");
  await assertRejects(
    () => messages.request("say"),
    OutboxFullError,
    "maxRequests",
  );
  messages[Symbol.dispose]();
  await assertRejects(() => first, RequestLostError);
});

Deno.test("request() refuses an id that was used before", async () => {
  const { socket, messages } = openDispatcher({ createId: () => 7 });
  const first = messages.request("say");
  await assertRejects(() => messages.request("say"), TypeError, "id 7");
  socket.receiveJson({ type: "say", text: "", id: 7 });
  await first;
  await assertRejects(() => messages.request("say"), TypeError, "id 7");
});

Deno.test("request() refuses wrong options and unknown replies", async () => {
  const { messages } = openDispatcher();
  const request = Reflect.get(messages, "request").bind(messages);
  const refuse = (options: object, wanted: string) =>
    assertRejects(() => request("say", {}, options), Error, wanted);
  await refuse({ timeout: 0 }, '"timeout"');
  await refuse({ timeout: "1" }, '"timeout"');
  await refuse({ signal: {} }, '"signal"');
  await refuse({ resend: 1 }, '"resend"');
  await refuse({ timout: 1 }, '"timeout"');
  await refuse({ reply: "weather" }, '"weather"');
});
