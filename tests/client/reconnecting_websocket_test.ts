import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  HeartbeatTimeoutError,
  MessageExpiredError,
  OutboxFullError,
  ReconnectError,
} from "../../lib/client/errors.ts";
import type {
  ReconnectingWebSocketOptions,
  UrlSource,
} from "../../lib/client/options.ts";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { type CloseInfo, LOST } from "../../lib/connection/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import type { CloseCause, Notice } from "../../lib/protocol.ts";
import { makeStage, type Stage } from "./fake_global_worker.ts";
import { settle, turn } from "./fake_worker.ts";

const TYPES = [
  "open",
  "message",
  "disconnect",
  "error",
  "close",
  "heartbeat",
  "drop",
  "statuschange",
] as const;
const NORMAL: CloseInfo = { closeCode: 1000, reason: "done", wasClean: true };
const LOSS: Failure = { type: "lost", detail: "cable cut" };

/** Makes a socket on a stage and completes the handshake with the worker. */
function make(
  stage: Stage,
  options: ReconnectingWebSocketOptions = {},
  url: UrlSource = "ws://localhost/",
): ReconnectingWebSocket {
  const socket = new ReconnectingWebSocket(url, [], {
    worker: stage.host,
    ...options,
  });
  stage.worker.ready();
  return socket;
}

function makeOpen(
  stage: Stage,
  options: ReconnectingWebSocketOptions = {},
): ReconnectingWebSocket {
  const socket = make(stage, options);
  stage.worker.open(1);
  return socket;
}

/** Writes down each event with the state that listeners see. */
function record(socket: ReconnectingWebSocket): string[] {
  const events: string[] = [];
  for (const type of TYPES) {
    socket.addEventListener(type, () => {
      events.push(`${type} ${socket.readyState} ${socket.status.kind}`);
    });
  }
  return events;
}

function end(
  stage: Stage,
  how: {
    readonly info?: CloseInfo;
    readonly cause: CloseCause;
    readonly failure?: Failure;
  },
): void {
  const { info = LOST, ...rest } = how;
  stage.worker.tell(
    { type: "status", id: 1, after: 0, status: { kind: "closed", attempt: 1 } },
    { type: "closed", id: 1, after: 0, info, ...rest },
  );
}

function lose(
  stage: Stage,
  more: { readonly failure?: Failure; readonly info?: CloseInfo } = {},
) {
  stage.worker.tell(
    {
      type: "status",
      id: 1,
      after: 0,
      status: { kind: "waiting", attempt: 1, delay: 1_000 },
    },
    {
      type: "disconnected",
      id: 1,
      after: 0,
      info: LOST,
      attempt: 1,
      delay: 1_000,
      ...more,
    },
  );
}

function deliver(
  stage: Stage,
  first: number,
  ...messages: readonly (string | ArrayBuffer)[]
) {
  stage.worker.deliver(messages, { first, bytes: 1 });
}

Deno.test("ReconnectingWebSocket() has the constants and the name of a WebSocket class", () => {
  assertEquals(
    [ReconnectingWebSocket.CONNECTING, ReconnectingWebSocket.CLOSED],
    [0, 3],
  );
  assertEquals([
    ReconnectingWebSocket.prototype.OPEN,
    ReconnectingWebSocket.name,
  ], [
    1,
    "ReconnectingWebSocket",
  ]);
});

Deno.test("ReconnectingWebSocket() tells each event with the state that matches it", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  assertEquals([socket.readyState, socket.status], [0, {
    kind: "connecting",
    attempt: 0,
    worker: "own",
  }]);
  stage.worker.tell({
    type: "status",
    id: 1,
    after: 0,
    status: { kind: "connecting", attempt: 1 },
  });
  stage.worker.open(1);
  deliver(stage, 1, "a");
  lose(stage, { failure: LOSS });
  socket.close();
  end(stage, { info: NORMAL, cause: "requested" });
  await settle();
  assertEquals(events, [
    "statuschange 0 connecting",
    "statuschange 1 open",
    "open 1 open",
    "message 1 open",
    "statuschange 0 waiting",
    "error 0 waiting",
    "disconnect 0 waiting",
    "statuschange 3 closed",
    "close 3 closed",
  ]);
});

Deno.test("disconnect carries how it was lost, the error and the delay", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const errors: unknown[] = [];
  socket.onerror = ({ error }) => errors.push(error);
  const seen = Promise.withResolvers<void>();
  socket.ondisconnect = ({ closeCode, wasClean, attempt, delay, error }) => {
    assertEquals([closeCode, wasClean, attempt, delay], [
      1006,
      false,
      1,
      1_000,
    ]);
    assertInstanceOf(error, ConnectionLostError);
    assertStrictEquals(errors[0], error);
    assert(error.retryable);
    seen.resolve();
  };
  lose(stage, { failure: LOSS });
  await seen.promise;
  const { kind, retryAt = 0 } = socket.status;
  assertEquals(kind, "waiting");
  assert(Math.abs(retryAt - Date.now() - 1_000) < 500);
});

Deno.test("disconnect comes without an error when it was clean", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const events = record(socket);
  lose(stage, { info: { ...NORMAL, closeCode: 1012 } });
  assertEquals(events, ["statuschange 0 waiting", "disconnect 0 waiting"]);
});

Deno.test("close() in backoff fires close once, and a later reconnect() throws", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  lose(stage, { failure: LOSS });
  const events = record(socket);
  socket.close(1000, "done");
  assertEquals([socket.readyState, socket.status.kind], [2, "closing"]);
  assertThrows(() => socket.reconnect(), ConnectionClosedError);
  end(stage, { info: NORMAL, cause: "requested" });
  await settle();
  assertEquals(await socket.closed, NORMAL);
  assertEquals(events.filter((event) => event.startsWith("close")), [
    "close 3 closed",
  ]);
  assertEquals(events.filter((event) => event.startsWith("error")), []);
  assertThrows(() => socket.reconnect(), ConnectionClosedError);
  assertThrows(() => socket.send("late"), ConnectionClosedError);
  await assertRejects(() => socket.write("late"), ConnectionClosedError);
  socket.close();
  await socket[Symbol.asyncDispose]();
});

Deno.test("close() while connecting lets no error reach the user", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  socket.close();
  lose(stage, { failure: LOSS });
  end(stage, { cause: "fatal", failure: LOSS });
  assertEquals(await socket.closed, LOST);
  assertEquals(
    events.filter((event) => /^(error|disconnect|open)/.test(event)),
    [],
  );
  await assertRejects(() => socket.opened, ConnectionClosedError);
});

Deno.test("close() refuses codes and reasons as a WebSocket does", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  for (const code of [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, NaN]) {
    const { name } = assertThrows(() => socket.close(code), DOMException);
    assertEquals(name, "InvalidAccessError", `${code}`);
  }
  const { name } = assertThrows(
    () => socket.close(1000, "é".repeat(62)),
    DOMException,
  );
  assertEquals([name, socket.readyState], ["SyntaxError", 0]);
});

Deno.test("attempts spent fire close once, settle all promises, and a new socket works", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  const failure: Failure = {
    type: "exhausted",
    attempts: 3,
    elapsed: 4_000,
    cause: LOSS,
  };
  end(stage, { cause: "exhausted", failure });
  const error = await assertRejects(() => socket.closed, ReconnectError);
  assertEquals([error.attempts, error.elapsed], [3, 4_000]);
  assertInstanceOf(error.cause, ConnectionLostError);
  assertStrictEquals(await assertRejects(() => socket.opened), error);
  assertStrictEquals(await assertRejects(() => socket.receive()), error);
  assertEquals(events, [
    "statuschange 3 closed",
    "error 3 closed",
    "close 3 closed",
  ]);
  const again = make(stage);
  stage.worker.open(2);
  await again.opened;
});

Deno.test("closed rejects with the error of a fatal code, which is clean and no error event", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const events = record(socket);
  const info = { closeCode: 4404, reason: "no such feed", wasClean: true };
  const closes: unknown[] = [];
  socket.onclose = ({ code, reason, wasClean, why }) =>
    closes.push(code, reason, wasClean, why);
  end(stage, { info, cause: "fatal", failure: { type: "closed", ...info } });
  const error = await assertRejects(() => socket.closed, ConnectionClosedError);
  assertEquals([error.closeCode, error.retryable], [4404, false]);
  assertEquals(closes, [4404, "no such feed", true, "fatal"]);
  assertEquals(events, ["statuschange 3 closed", "close 3 closed"]);
});

for (
  const type of [
    "open",
    "message",
    "disconnect",
    "error",
    "heartbeat",
    "statuschange",
  ] as const
) {
  Deno.test(`close() from inside a listener for ${type} ends it`, async () => {
    await using stage = makeStage();
    const socket = make(stage);
    socket.addEventListener(type, () => socket.close());
    const events = record(socket);
    stage.worker.open(1);
    deliver(stage, 1, "a");
    stage.worker.tell({ type: "heartbeat", id: 1, latency: 1, longestGap: 2 });
    lose(stage, { failure: LOSS });
    end(stage, { cause: "requested" });
    await socket.closed;
    const last = events.findIndex((event) => event.startsWith(type));
    const after = events.slice(last + 1).filter((event) =>
      !/^(statuschange|drop)/.test(event)
    );
    assertEquals(after, ["close 3 closed"]);
  });
}

for (const type of ["open", "disconnect", "error", "statuschange"] as const) {
  Deno.test(`reconnect() from inside a listener for ${type} reaches the worker`, async () => {
    await using stage = makeStage();
    const socket = make(stage);
    socket.addEventListener(type, () => socket.reconnect("anew"), {
      once: true,
    });
    stage.worker.open(1);
    lose(stage, { failure: LOSS });
    await settle();
    assertEquals(stage.worker.all("reconnect").map(({ reason }) => reason), [
      "anew",
    ]);
  });
}

Deno.test("reconnect() from inside a listener for close throws", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const thrown = Promise.withResolvers<unknown>();
  socket.onclose = () => thrown.resolve(assertThrows(() => socket.reconnect()));
  end(stage, { cause: "fatal", failure: LOSS });
  assertInstanceOf(await thrown.promise, ConnectionLostError);
});

Deno.test("reconnect() starts an idle socket", async () => {
  await using stage = makeStage();
  const socket = make(stage, { autoConnect: false });
  assertEquals([socket.status.kind, socket.readyState], ["idle", 0]);
  socket.reconnect();
  await settle();
  assertEquals(stage.worker.all("reconnect").length, 1);
});

Deno.test("a throwing listener goes to reportError and does not break the machine", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const reported: unknown[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  addEventListener("error", report);
  for (const type of TYPES) {
    socket.addEventListener(type, () => {
      throw new Error(type);
    });
  }
  const events = record(socket);
  stage.worker.open(1);
  deliver(stage, 1, "a");
  lose(stage, { failure: LOSS });
  end(stage, { cause: "fatal", failure: LOSS });
  removeEventListener("error", report);
  assertEquals(reported.length, events.length);
  assertEquals(events.at(-1), "close 3 closed");
});

Deno.test("listeners added during dispatch are kept, and removing twice removes only one's own", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const calls: string[] = [];
  const other = () => calls.push("other");
  const own = () => {
    calls.push("own");
    socket.addEventListener("open", other);
    socket.removeEventListener("open", own);
    socket.removeEventListener("open", own);
  };
  socket.addEventListener("open", own);
  stage.worker.open(1);
  stage.worker.open(1);
  assertEquals(calls, ["own", "other"]);
});

Deno.test("messages never come after close, nor before open", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  stage.worker.open(1);
  deliver(stage, 1, "a");
  socket.close();
  deliver(stage, 2, "b");
  end(stage, { info: NORMAL, cause: "requested" });
  deliver(stage, 3, "c");
  await settle();
  const order = events.map((event) => event.split(" ")[0]).filter((type) =>
    type === "open" || type === "message" || type === "close"
  );
  assertEquals(order, ["open", "message", "close"]);
});

Deno.test("binaryType, protocol and extensions are right after each reconnect", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const data: unknown[] = [];
  socket.onmessage = (event) => data.push(event.data);
  const opened: Notice = {
    type: "opened",
    id: 1,
    after: 0,
    url: "ws://localhost/?token=canary",
    protocol: "v1",
    extensions: "permessage-deflate",
    attempt: 1,
    reconnected: false,
    transport: "ws",
  };
  assertEquals(socket.binaryType, "arraybuffer");
  stage.worker.tell(opened);
  assertEquals([socket.protocol, socket.extensions], [
    "v1",
    "permessage-deflate",
  ]);
  assertEquals([socket.status.transport, socket.url], [
    "ws",
    "ws://localhost/",
  ]);
  socket.binaryType = "blob";
  Object.assign(socket, { binaryType: "nonsense" });
  lose(stage, { failure: LOSS });
  stage.worker.tell({
    ...opened,
    protocol: "v2",
    extensions: "",
    reconnected: true,
  });
  assertEquals([socket.protocol, socket.extensions, socket.binaryType], [
    "v2",
    "",
    "blob",
  ]);
  deliver(stage, 1, new ArrayBuffer(3), "text");
  assertInstanceOf(data[0], Blob);
  assertEquals(data[1], "text");
});

Deno.test("message events have the origin of the URL", async () => {
  await using stage = makeStage();
  const socket = make(stage, {}, "https://example.com/feed");
  const origins: string[] = [];
  socket.onmessage = ({ origin }) => origins.push(origin);
  stage.worker.open(1);
  deliver(stage, 1, "a");
  assertEquals(origins, ["wss://example.com"]);
});

Deno.test("onmessage makes what was held come, in order", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  deliver(stage, 1, "a", "b");
  const data: unknown[] = [];
  socket.onmessage = (event) => data.push(event.data);
  await settle();
  deliver(stage, 3, "c");
  assertEquals(data, ["a", "b", "c"]);
});

Deno.test("receive() pulls for good, and message fires at that moment", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const events: unknown[] = [];
  socket.onmessage = (event) => events.push(event.data);
  const first = socket.receive();
  deliver(stage, 1, "a", "b");
  assertEquals([await first, events], ["a", ["a"]]);
  assertEquals([await socket.receive(), events], ["b", ["a", "b"]]);
  assertEquals(socket.metrics().received.messages, 2);
});

Deno.test("receive() gives out what arrived before an end that nobody asked for", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const first = socket.receive();
  deliver(stage, 1, "a", "b");
  end(stage, { cause: "fatal", failure: LOSS });
  assertEquals([await first, await socket.receive()], ["a", "b"]);
  await assertRejects(() => socket.receive(), ConnectionLostError);
});

Deno.test("the iterator ends on a requested close", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const messages: unknown[] = [];
  deliver(stage, 1, "a", "b");
  for await (const message of socket) {
    messages.push(message);
    if (message !== "b") continue;
    socket.close();
    end(stage, { info: NORMAL, cause: "requested" });
  }
  assertEquals(messages, ["a", "b"]);
});

Deno.test("the iterator throws the error that ended it", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  deliver(stage, 1, "a");
  const messages: unknown[] = [];
  await assertRejects(async () => {
    for await (const message of socket) {
      messages.push(message);
      end(stage, { cause: "fatal", failure: LOSS });
    }
  }, ConnectionLostError);
  assertEquals(messages, ["a"]);
});

Deno.test("signal closes when it is aborted, and lets go of the socket at the end", async () => {
  await using stage = makeStage();
  const controller = new AbortController();
  const socket = makeOpen(stage, { signal: controller.signal });
  controller.abort();
  assertEquals(socket.readyState, 2);
  end(stage, { info: NORMAL, cause: "requested" });
  assertEquals(await socket.closed, NORMAL);
});

Deno.test("signal that is already aborted closes without an attempt", async () => {
  await using stage = makeStage();
  const signal = AbortSignal.abort();
  const socket = new ReconnectingWebSocket("ws://localhost/", [], {
    worker: stage.host,
    signal,
  });
  const events = record(socket);
  assertEquals(events, []);
  await socket.closed;
  assertEquals(events.at(-1), "close 3 closed");
  const [connect] = stage.worker.all("connect");
  assertEquals(connect?.setup.autoConnect, false);
  assertEquals(stage.worker.state, "ended");
});

Deno.test("a provider that resolves after close is discarded", async () => {
  await using stage = makeStage();
  const url = Promise.withResolvers<string>();
  const socket = make(stage, {}, () => url.promise);
  stage.worker.tell({ type: "ask", id: 1, question: 1, what: "url" });
  socket.close();
  end(stage, { cause: "requested" });
  url.resolve("ws://localhost/");
  await socket.closed;
  await settle();
  assertEquals(stage.worker.all("answer"), []);
});

for (
  const [how, provider, detail] of [
    ["rejects", () => Promise.reject(new Error("no luck")), /^no luck$/],
    ["throws", () => {
      throw new Error("no luck");
    }, /^no luck$/],
    ["gives no URL", () => "::", /is not a valid URL/],
  ] as const
) {
  Deno.test(`a provider that ${how} is a failed answer and no unhandled rejection`, async () => {
    await using stage = makeStage();
    const socket = make(stage, {}, provider);
    stage.worker.tell({ type: "ask", id: 1, question: 1, what: "url" });
    await settle();
    const [answer] = stage.worker.all("answer");
    assert(answer?.answer.kind === "failure");
    assert(detail.test(answer.answer.detail), answer.answer.detail);
    const failed = Promise.withResolvers<unknown>();
    socket.ondisconnect = ({ error }) => failed.resolve(error?.cause);
    lose(stage, {
      failure: { type: "provider", name: "url", detail: answer.answer.detail },
    });
    assertInstanceOf(await failed.promise, Error);
  });
}

Deno.test("a provider of URL or token is asked and answers", async () => {
  await using stage = makeStage();
  const socket = make(
    stage,
    { token: () => Promise.resolve("canary") },
    () => new URL("https://example.com/feed"),
  );
  stage.worker.tell(
    { type: "ask", id: 1, question: 1, what: "url" },
    { type: "ask", id: 1, question: 2, what: "token" },
  );
  await settle();
  assertEquals(stage.worker.all("answer").map(({ answer }) => answer), [
    { kind: "value", value: "wss://example.com/feed" },
    { kind: "value", value: "canary" },
  ]);
  assertEquals(socket.url, "wss://example.com/feed");
});

Deno.test("no token appears in an error", async () => {
  await using stage = makeStage();
  const socket = make(stage, {
    token: "canary1",
    headers: { cookie: "canary2" },
  }, "wss://u:canary3@example.com/?key=canary4");
  const failed = Promise.withResolvers<string>();
  socket.onerror = ({ error }) => failed.resolve(Deno.inspect(error));
  const detail =
    "canary1 canary2 for wss://example.com/?key=canary4&token=canary5";
  lose(stage, { failure: { type: "connect", kind: "unknown", detail } });
  const text = await failed.promise;
  assert(!text.includes("canary"), text);
});

Deno.test("send() throws OutboxFullError under the reject rule", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 2 } });
  socket.send("a");
  socket.send("b");
  assertThrows(() => socket.send("c"), OutboxFullError, "write()");
  assertEquals(socket.metrics().outbox, { messages: 2, bytes: 2 });
});

Deno.test("drop tells what left a queue, with the reason", async () => {
  await using stage = makeStage();
  const socket = make(stage, {
    outbox: { maxMessages: 1, overflow: "drop-oldest" },
  });
  const drops: unknown[] = [];
  socket.addEventListener("drop", ({ count, bytes, direction, reason }) => {
    drops.push([count, bytes, direction, reason]);
  });
  socket.send("old");
  socket.send("new");
  await settle();
  assertEquals(drops, [[1, 3, "outbound", "overflow"]]);
  assertEquals(socket.metrics().droppedOutbound, { messages: 1, bytes: 3 });
});

Deno.test("write() settles when the transport has taken the message", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const written = socket.write("a");
  assertEquals(socket.bufferedAmount, 1);
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await written;
  assertEquals(socket.metrics().sent, { messages: 1, bytes: 1 });
});

Deno.test("write() waits for room, in order, and send() after it does not overtake", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 2 } });
  const bytes = new Uint8Array([1]);
  const writes = [
    socket.write("a"),
    socket.write("b"),
    socket.write(bytes),
    socket.write("d"),
  ];
  bytes[0] = 9;
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 3 }, {
    type: "taken",
    id: 1,
    upTo: 4,
  });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 4 });
  await Promise.all(writes);
  const sent = stage.worker.sent.map((data) =>
    typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)[0]
  );
  assertEquals(sent, ["a", "b", 1, "d"]);
});

Deno.test("send() does not overtake a write() for which there is room by now", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 4 } });
  const writes = ["a", "b", "c", "d", "e"].map((text) => socket.write(text));
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  // In the same task, as a listener would.
  socket.send("f");
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 4 });
  await settle();
  assertEquals(stage.worker.sent, ["a", "b", "c", "d", "e", "f"]);
  stage.worker.tell({ type: "taken", id: 1, upTo: 6 });
  await Promise.all(writes);
});

Deno.test("write() rejects an aborted message, which is really gone", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1 } });
  const first = new AbortController();
  const second = new AbortController();
  const queued = socket.write("queued", { signal: first.signal });
  const waiting = socket.write("waiting", { signal: second.signal });
  second.abort(new Error("second"));
  first.abort(new Error("first"));
  await Promise.all([
    assertRejects(() => waiting, Error, "second"),
    assertRejects(() => queued, Error, "first"),
  ]);
  assertEquals(socket.bufferedAmount, 0);
  stage.worker.open(1);
  await settle();
  assertEquals(stage.worker.sent, []);
});

Deno.test("write() rejects an expired message, which is really gone", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1 } });
  const queued = socket.write("queued", { ttl: 1 });
  const waiting = socket.write("waiting", { ttl: 0 });
  await Promise.all([
    assertRejects(() => waiting, MessageExpiredError),
    assertRejects(() => queued, MessageExpiredError),
  ]);
  assertEquals(socket.bufferedAmount, 0);
});

Deno.test("write() rejects what can never fit, and what the end drops", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1, maxBytes: 8 } });
  await assertRejects(() => socket.write("123456789"), OutboxFullError);
  await assertRejects(() => socket.write("a", { ttl: -1 }), RangeError, "ttl");
  const queued = socket.write("a");
  const waiting = socket.write("b");
  socket.close();
  end(stage, { cause: "requested" });
  await Promise.all([
    assertRejects(() => queued, ConnectionClosedError),
    assertRejects(() => waiting, ConnectionClosedError),
  ]);
});

Deno.test("write() that waits for room is rejected by the end, however it begins", async () => {
  for (const begin of ["close", "dispose"]) {
    await using stage = makeStage();
    const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
    const queued = assertRejects(
      () => socket.write("a"),
      ConnectionClosedError,
    );
    const waiting = assertRejects(
      () => socket.write("b"),
      ConnectionClosedError,
    );
    if (begin === "close") socket.close();
    const disposed = begin === "close"
      ? undefined
      : stage.host[Symbol.asyncDispose]();
    await turn();
    end(stage, { cause: "requested" });
    await Promise.all([queued, waiting, disposed]);
    assertEquals(stage.worker.sent, ["a"]);
  }
});

Deno.test("send() does not take the room that a write() waited for", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
  const first = socket.write("a").then(() => {
    assertThrows(() => socket.send("b"), OutboxFullError);
  });
  const second = socket.write("c");
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await first;
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  await second;
  assertEquals(stage.worker.sent, ["a", "c"]);
});

Deno.test("write() that waits for room is told as dropped before close", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
  const events: string[] = [];
  for (const type of ["drop", "close"] as const) {
    socket.addEventListener(type, () => events.push(type));
  }
  const writes = ["a", "b", "c"].map((text) => socket.write(text));
  const failed = Promise.allSettled(writes);
  end(stage, { cause: "fatal" });
  await failed;
  await settle();
  assertEquals(events.at(-1), "close");
  assertEquals(socket.metrics().droppedOutbound.messages, 3);
});

Deno.test("probe() resolves to the latency", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const probe = socket.probe();
  await settle();
  const [{ request } = { request: 0 }] = stage.worker.all("probe");
  stage.worker.tell(
    { type: "heartbeat", id: 1, latency: 7, longestGap: 20 },
    { type: "probed", id: 1, request, result: { kind: "latency", latency: 7 } },
  );
  assertEquals(await probe, 7);
  assertEquals([socket.latency, socket.metrics().longestHeartbeatGap], [7, 20]);
});

Deno.test("probe() says why it fails", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const early = await assertRejects(() => socket.probe(), DOMException);
  assertEquals(early.name, "InvalidStateError");
  stage.worker.open(1);
  const probes = Array.from({ length: 5 }, () => socket.probe());
  await settle();
  const results = [
    { kind: "unsupported" },
    { kind: "not-open" },
    { kind: "paused" },
    {
      kind: "failure",
      failure: { type: "heartbeat", kind: "probe", timeout: 3_500 },
    },
  ] as const;
  for (const [index, result] of results.entries()) {
    const { request = 0 } = stage.worker.all("probe")[index] ?? {};
    stage.worker.tell({ type: "probed", id: 1, request, result });
  }
  end(stage, { cause: "fatal", failure: LOSS });
  const errors = await Promise.all(
    probes.map((probe) => probe.catch((error) => error)),
  );
  assertEquals(errors.map(({ name }) => name), [
    "NotSupportedError",
    "InvalidStateError",
    "InvalidStateError",
    "HeartbeatTimeoutError",
    errors[4].name,
  ]);
  assertInstanceOf(errors[3], HeartbeatTimeoutError);
});

Deno.test("logger gets records with connection and attempt, and may throw", async () => {
  await using stage = makeStage();
  const records: unknown[] = [];
  const write = (message: string, ...data: unknown[]) =>
    records.push([message, ...data]);
  const logger = { debug: write, info: write, warn: write, error: write };
  makeOpen(stage, { logger });
  stage.worker.tell({
    type: "log",
    id: 1,
    level: "info",
    message: "hi",
    fields: { attempt: 2 },
  });
  assertEquals(records, [["hi", { connection: 1, attempt: 2 }]]);
});

Deno.test("handler attributes keep their place, and null gives it up", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const calls: string[] = [];
  socket.onopen = () => calls.push("old");
  socket.addEventListener("open", () => calls.push("listener"));
  socket.onopen = () => calls.push("new");
  stage.worker.open(1);
  socket.onopen = null;
  socket.onopen = () => calls.push("last");
  stage.worker.open(1);
  Object.assign(socket, { onopen: {} });
  stage.worker.open(1);
  Object.assign(socket, { onopen: 5 });
  assertStrictEquals(socket.onopen, null);
  assertEquals(calls, ["new", "listener", "listener", "last", "listener"]);
});

Deno.test("[Symbol.asyncDispose]() closes and never rejects", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const disposed = socket[Symbol.asyncDispose]();
  const twice = socket[Symbol.asyncDispose]();
  assertEquals(socket.readyState, 2);
  end(stage, { cause: "fatal", failure: LOSS });
  await Promise.all([disposed, twice, turn()]);
  assertEquals(socket.readyState, 3);
});
