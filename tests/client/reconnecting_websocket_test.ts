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
  ReconnectError,
} from "../../lib/client/errors/mod.ts";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { LOST } from "../../lib/rfc6455/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle, turn } from "./fake_worker.ts";
import {
  deliver,
  end,
  lose,
  LOSS,
  make,
  makeOpen,
  NORMAL,
  record,
  TYPES,
} from "./reconnecting_stage.ts";

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
  await settle();
  deliver(stage, 1, "a");
  await settle();
  lose(stage, { failure: LOSS });
  await settle();
  socket.close();
  end(stage, { info: NORMAL, cause: "requested" });
  await settle();
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
  await settle();
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
    await settle();
    deliver(stage, 1, "a");
    await settle();
    stage.worker.tell({
      type: "heartbeat",
      id: 1,
      after: 0,
      latency: 1,
      longestGap: 2,
    });
    await settle();
    lose(stage, { failure: LOSS });
    await settle();
    end(stage, { cause: "requested" });
    await settle();
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
  await settle();
  deliver(stage, 1, "a");
  await settle();
  lose(stage, { failure: LOSS });
  await settle();
  end(stage, { cause: "fatal", failure: LOSS });
  await settle();
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
  await settle();
  stage.worker.open(1);
  await settle();
  assertEquals(calls, ["own", "other"]);
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

Deno.test("probe() resolves to the latency", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const probe = socket.probe();
  await settle();
  const [{ request } = { request: 0 }] = stage.worker.all("probe");
  stage.worker.tell(
    { type: "heartbeat", id: 1, after: 0, latency: 7, longestGap: 20 },
    {
      type: "probed",
      id: 1,
      after: 0,
      request,
      result: { kind: "latency", latency: 7 },
    },
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
    stage.worker.tell({ type: "probed", id: 1, after: 0, request, result });
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
  await settle();
  socket.onopen = null;
  socket.onopen = () => calls.push("last");
  stage.worker.open(1);
  await settle();
  Object.assign(socket, { onopen: {} });
  stage.worker.open(1);
  await settle();
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
