import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  ReconnectError,
} from "../../lib/client/errors/mod.ts";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { LOST } from "../../lib/rfc6455/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle, turn } from "./fake_worker.ts";
import {
  end,
  lose,
  LOSS,
  make,
  makeOpen,
  NORMAL,
  record,
} from "./reconnecting_stage.ts";

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

Deno.test("close() before there is a worker ends as it does a moment later", async () => {
  for (
    const [code, expected] of [
      [1000, { closeCode: 1000, reason: "bye", wasClean: true }],
      [undefined, { closeCode: 1000, reason: "bye", wasClean: true }],
    ] as const
  ) {
    await using stage = makeStage();
    const socket = new ReconnectingWebSocket("ws://localhost/", [], {
      worker: stage.host,
    });
    socket.close(code, "bye");
    assertEquals(await socket.closed, expected);
  }
  await using stage = makeStage();
  const socket = new ReconnectingWebSocket("ws://localhost/", [], {
    worker: stage.host,
  });
  socket.close();
  assertEquals(await socket.closed, {
    closeCode: 1005,
    reason: "",
    wasClean: true,
  });
});

Deno.test("close() of an open connection whose worker dies is not clean", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  socket.close(1000, "bye");
  stage.worker.fail("Boom");
  assertEquals(await socket.closed, LOST);
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

Deno.test("reconnect() starts an idle socket", async () => {
  await using stage = makeStage();
  const socket = make(stage, { autoConnect: false });
  assertEquals([socket.status.kind, socket.readyState], ["idle", 0]);
  socket.reconnect();
  await settle();
  assertEquals(stage.worker.all("reconnect").length, 1);
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
