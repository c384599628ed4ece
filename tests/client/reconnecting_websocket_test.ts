import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionLostError,
  HeartbeatTimeoutError,
} from "../../lib/client/errors/mod.ts";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle } from "./fake_worker.ts";
import {
  deliver,
  end,
  lose,
  LOSS,
  make,
  makeOpen,
  NORMAL,
  record,
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

Deno.test("a provider that resolves after close is discarded", async () => {
  await using stage = makeStage();
  const url = Promise.withResolvers<string>();
  const socket = make(stage, {}, () => url.promise);
  stage.worker.tell({ type: "request", id: 1, request: 1, what: "url" });
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
    stage.worker.tell({ type: "request", id: 1, request: 1, what: "url" });
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
    { type: "request", id: 1, request: 1, what: "url" },
    { type: "request", id: 1, request: 2, what: "token" },
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
