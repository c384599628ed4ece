import { assert, assertEquals, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { z } from "zod";
import {
  DecodeError,
  dispatcher,
  type InvalidMessage,
  nestedEnvelope,
  type Schema,
} from "../../lib/messages/mod.ts";
import { FakeSocket } from "./fake_socket.ts";
import { openDispatcher, SCHEMAS } from "./open_dispatcher.ts";

/** A schema whose decisions the test releases. */
function gate() {
  const decisions: PromiseWithResolvers<void>[] = [];
  const schema: Schema<unknown, number> = {
    "~standard": {
      version: 1,
      vendor: "test",
      async validate(value) {
        const decision = Promise.withResolvers<void>();
        decisions.push(decision);
        await decision.promise;
        return { value: z.object({ n: z.number() }).parse(value).n };
      },
    },
  };
  return { decisions, schema };
}

/** Collects what goes to `reportError` and would otherwise end the process. */
function catchReports(): { readonly errors: unknown[] } & Disposable {
  const errors: unknown[] = [];
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  globalThis.addEventListener("error", listener);
  return {
    errors,
    [Symbol.dispose]: () => globalThis.removeEventListener("error", listener),
  };
}

Deno.test("dispatcher() passes data to the handlers of its type", () => {
  const { socket, messages, invalid, unknown } = openDispatcher();
  const seen: unknown[] = [];
  messages.on("say", ({ text }) => seen.push(text));
  messages.on("say", (_, { type, id }) => seen.push([type, id]));
  messages.on("count", ({ value }) => seen.push(value));
  socket.receiveJson({ type: "say", text: "hi", extra: true, id: 7 });
  socket.receiveJson({ type: "count", value: 3 });
  socket.receiveJson({ type: "error", reason: "no handler" });
  assertEquals(seen, ["hi", ["say", 7], 3]);
  assertEquals([...invalid, ...unknown], []);
});

Deno.test("dispatcher() reports unknown types, even those that objects inherit", () => {
  const { socket, unknown } = openDispatcher();
  for (const type of ["weather", "constructor", "toString", "__proto__", ""]) {
    socket.receiveJson({ type, a: 1 });
  }
  assertEquals(unknown.map(({ type }) => type), [
    ...["weather", "constructor", "toString", "__proto__", ""],
  ]);
  assertEquals(unknown[0]?.kind, "type");
  assertEquals(unknown[0]?.data, { a: 1 });
});

Deno.test("dispatcher() reports invalid messages, with what is wrong", () => {
  const { socket, messages, invalid } = openDispatcher();
  messages.on("say", () => assert(false));
  socket.receiveJson({ type: "say", text: 7 });
  socket.receiveJson({ text: "no type" });
  socket.receive("{");
  socket.receive(Uint8Array.of(0xff).buffer);
  socket.receive(undefined);
  assertEquals(invalid.map(({ kind, type }) => [kind, type]), [
    ["mismatched", "say"],
    ["unroutable", undefined],
    ["undecodable", undefined],
    ["undecodable", undefined],
    ["undecodable", undefined],
  ]);
  assertEquals(invalid[0]?.value, { text: 7 });
  assertEquals(invalid[0]?.issues[0]?.path, ["text"]);
  assert(invalid.every(({ issues }) => issues.length > 0));
  assert(invalid[2]?.cause instanceof DecodeError);
  assertEquals(invalid[2]?.value, "{");
});

Deno.test("dispatcher() survives codecs, envelopes and schemas that throw", async () => {
  const fail = () => {
    throw Object.create(null);
  };
  const broken = (validate: Schema["~standard"]["validate"]): Schema => ({
    "~standard": { version: 1, vendor: "test", validate },
  });
  const invalid: InvalidMessage[] = [];
  const report = (message: InvalidMessage) => invalid.push(message);
  const socket = new FakeSocket();
  using _first = dispatcher(socket, {}, {
    codec: { encode: () => "", decode: fail },
    invalid: report,
  });
  using _second = dispatcher(socket, {}, {
    envelope: { wrap: () => "", unwrap: fail },
    invalid: report,
  });
  using _third = dispatcher(socket, {
    thrown: broken(fail),
    rejected: broken(() => Promise.reject(new Error("No"))),
  }, { invalid: report });
  socket.receiveJson({ type: "thrown" });
  socket.receiveJson({ type: "rejected" });
  await delay(0);
  assertEquals(invalid.map(({ kind, type }) => type ?? kind), [
    ...["undecodable", "unroutable", "thrown"],
    ...["undecodable", "unroutable", "rejected"],
  ]);
  assertEquals(invalid[5]?.issues[0]?.message, "The schema failed: No");
});

Deno.test("dispatcher() reports errors of handlers, and goes on", async () => {
  using reports = catchReports();
  const { socket, messages } = openDispatcher({
    unknown: () => {
      throw new Error("c");
    },
    invalid: () => Promise.reject(new Error("d")),
  });
  const seen: string[] = [];
  messages.on("say", () => {
    throw new Error("a");
  });
  messages.on("say", () => Promise.reject(new Error("b")));
  messages.on("say", ({ text }) => seen.push(text));
  socket.receiveJson({ type: "say", text: "hi" });
  socket.receiveJson({ type: "weather" });
  socket.receiveJson({});
  socket.receiveJson({ type: "say", text: "ho" });
  await delay(0);
  assertEquals(seen, ["hi", "ho"]);
  assertEquals(
    reports.errors.map((error) => error instanceof Error && error.message)
      .sort(),
    ["a", "a", "b", "b", "c", "d"],
  );
});

Deno.test("dispatcher() keeps the order of messages, however long their schemas take", async () => {
  const { schema, decisions } = gate();
  const socket = new FakeSocket();
  const seen: unknown[] = [];
  const last = Promise.withResolvers<number>();
  using messages = dispatcher(socket, { slow: schema, say: SCHEMAS.say }, {
    invalid: ({ kind }) => seen.push(kind),
    unknown: ({ type }) => last.resolve(seen.push(type)),
  });
  messages.on("slow", (n) => seen.push(n));
  messages.on("say", ({ text }) => seen.push(text));
  socket.receiveJson({ type: "slow", n: 1 });
  socket.receiveJson({ type: "say", text: "2" });
  socket.receive("{");
  socket.receive(new Blob(['{"type":"say","text":"4"}']));
  socket.receiveJson({ type: "slow", n: "5" });
  socket.receiveJson({ type: "weather" });
  decisions[1]?.resolve();
  await delay(0);
  assertEquals(seen, []);
  decisions[0]?.resolve();
  await last.promise;
  assertEquals(seen, [1, "2", "undecodable", "4", "mismatched", "weather"]);
});

Deno.test("dispatcher() bounds what waits for a slow schema", () => {
  const { schema } = gate();
  const socket = new FakeSocket();
  const invalid: unknown[] = [];
  using _messages = dispatcher(socket, { slow: schema }, {
    waiting: { maxMessages: 2 },
    invalid: ({ kind, value }) => invalid.push(kind, value),
  });
  for (let n = 1; n <= 3; n += 1) socket.receiveJson({ type: "slow", n });
  assertEquals(invalid, ["overflow", '{"type":"slow","n":3}']);
});

Deno.test("on() adds one handler for each call, and removes that one only", () => {
  const { socket, messages } = openDispatcher();
  let calls = 0;
  const handler = () => calls += 1;
  const first = messages.on("say", handler);
  messages.on("say", handler);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  socket.receiveJson({ type: "say", text: "" });
  assertEquals(calls, 1);
});

Deno.test("on() calls the handlers that are there when a message arrives", () => {
  const { socket, messages } = openDispatcher();
  const seen: string[] = [];
  const first = messages.on("say", () => {
    seen.push("first");
    first[Symbol.dispose]();
    messages.on("say", () => seen.push("third"));
  });
  messages.on("say", () => seen.push("second"));
  socket.receiveJson({ type: "say", text: "" });
  assertEquals(seen, ["first", "second"]);
});

Deno.test("on() refuses a type without a schema", () => {
  const { messages } = openDispatcher();
  // @ts-expect-error: the compiler refuses it too
  const add = () => messages.on("toString", () => {});
  assertThrows(add, TypeError, '"toString"');
});

Deno.test("send() passes the message to the socket", () => {
  const { socket, messages } = openDispatcher();
  messages.send("say", { text: "hi" });
  messages.send("bye");
  assertEquals(socket.messages, [{ type: "say", text: "hi" }, { type: "bye" }]);
  assertThrows(() => messages.send("say", 7), TypeError);
});

Deno.test("subscribe() is sent once on each connection", async () => {
  const { socket, messages } = openDispatcher();
  messages.subscribe("join", { room: "a" });
  await delay(0);
  socket.disconnect();
  messages.subscribe("join", { room: "b" });
  for (let count = 0; count < 2; count += 1) {
    socket.open();
    await delay(0);
    socket.disconnect();
  }
  const a = '{"room":"a","type":"join"}';
  const b = '{"room":"b","type":"join"}';
  assertEquals(socket.sent, ["open", a, "open", a, b, "open", a, b]);
});

Deno.test("subscribe() ends by its disposable, its signal, or the dispatcher", async () => {
  const { socket, messages } = openDispatcher();
  const controller = new AbortController();
  const { signal } = controller;
  const subscribe = (n: number) =>
    messages.subscribe("join", { n }, {
      signal,
      unsubscribe: { type: "leave", data: { n } },
    });
  const first = subscribe(1);
  messages.subscribe("join", { n: 2 });
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  subscribe(3);
  controller.abort();
  subscribe(4)[Symbol.dispose]();
  messages.subscribe("join", { n: 5 }, { unsubscribe: { type: "leave" } });
  await delay(0);
  messages[Symbol.dispose]();
  assertEquals(socket.messages.map(({ type, n }) => [type, n]), [
    ...[["join", 1], ["join", 2], ["leave", 1], ["join", 3], ["leave", 3]],
    ...[["join", 5], ["leave", undefined]],
  ]);
  socket.disconnect();
  socket.open();
  assertEquals(socket.messages.length, 7);
});

Deno.test("subscribe() leaves no listener at its signal when the socket has ended", () => {
  const { socket, messages } = openDispatcher();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  messages.subscribe("join", {}, { signal });
  assertEquals(listeners, 1);
  socket.close();
  assertEquals(listeners, 0);
});

Deno.test("on() calls no handler that one before it has removed", () => {
  const { socket, messages } = openDispatcher();
  const calls: string[] = [];
  messages.on("say", () => {
    calls.push("a");
    second[Symbol.dispose]();
  });
  const second = messages.on("say", () => calls.push("b"));
  messages.on("say", () => {
    calls.push("c");
    messages[Symbol.dispose]();
  });
  messages.on("say", () => calls.push("d"));
  socket.receiveJson({ type: "say", text: "hello" });
  assertEquals(calls, ["a", "c"]);
});

Deno.test("subscribe() does nothing after the end", () => {
  const { socket, messages } = openDispatcher();
  socket.close();
  messages.subscribe("join")[Symbol.dispose]();
  assertEquals(socket.messages, []);
});

Deno.test("dispatcher() stops reading when it is disposed, also messages that wait", async () => {
  const { schema, decisions } = gate();
  const socket = new FakeSocket();
  const seen: unknown[] = [];
  const messages = dispatcher(socket, { slow: schema });
  messages.on("slow", (n) => seen.push(n));
  socket.receiveJson({ type: "slow", n: 1 });
  messages[Symbol.dispose]();
  messages[Symbol.dispose]();
  socket.receiveJson({ type: "slow", n: 2 });
  decisions[0]?.resolve();
  await delay(0);
  assertEquals([seen.length, decisions.length], [0, 1]);
});

Deno.test("dispatcher() still delivers messages that waited when the socket closed", async () => {
  const { schema, decisions } = gate();
  const socket = new FakeSocket();
  const seen: unknown[] = [];
  const messages = dispatcher(socket, { slow: schema });
  messages.on("slow", (n) => seen.push(n));
  socket.receiveJson({ type: "slow", n: 1 });
  socket.close();
  decisions[0]?.resolve();
  await delay(0);
  assertEquals(seen, [1]);
});

Deno.test("dispatcher() uses the given envelope", async () => {
  const { socket, messages } = openDispatcher({
    envelope: nestedEnvelope({ type: "event", data: "payload", id: "seq" }),
  });
  const say = messages.request("say", ["anything"]);
  const [{ event, payload, seq } = {}] = socket.messages;
  assertEquals([event, payload], ["say", ["anything"]]);
  socket.receiveJson({ event: "say", payload: { text: "hi" }, seq });
  assertEquals(await say, { text: "hi" });
});

Deno.test("dispatcher() refuses wrong options by name", () => {
  const make = (options: object) =>
    Reflect.apply(dispatcher, undefined, [new FakeSocket(), {}, options]);
  assertThrows(() => make({ codec: {} }), TypeError, '"codec"');
  assertThrows(() => make({ envelope: null }), TypeError, '"envelope"');
  assertThrows(() => make({ unknown: 1 }), TypeError, '"unknown"');
  assertThrows(() => make({ maxRequests: 0 }), RangeError, '"maxRequests"');
  assertThrows(
    () => make({ waiting: { maxBytes: 0.5 } }),
    RangeError,
    '"waiting.maxBytes"',
  );
});
