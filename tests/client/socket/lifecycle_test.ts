import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  type SocketError,
} from "../../../lib/client/errors/mod.ts";
import { Lifecycle } from "../../../lib/client/socket/lifecycle.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import { SocketCounters } from "../../../lib/client/socket/socket_counters.ts";
import { Providers } from "../../../lib/client/options/providers.ts";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
import type { StreamEnd } from "../../../lib/client/socket/message_stream.ts";
import { LOST } from "../../../lib/rfc6455/close.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { settle } from "../fake_worker.ts";

const TYPES = ["statuschange", "open", "error", "disconnect", "close"] as const;
const LOSS: Failure = { type: "lost", detail: "cable cut" };
const OPENED: NoticeOf<"opened"> = {
  type: "opened",
  id: 1,
  after: 0,
  url: "ws://worker.example/",
  protocol: "chat",
  extensions: "permessage-deflate",
  status: { kind: "open", attempt: 1 },
  reconnected: false,
  transport: "ws",
};
const LOST_ONCE: NoticeOf<"disconnected"> = {
  type: "disconnected",
  id: 1,
  after: 0,
  status: { kind: "waiting", attempt: 1, delay: 1_000 },
  info: LOST,
  attempt: 1,
  failure: LOSS,
};
const CLOSED: NoticeOf<"closed"> = {
  type: "closed",
  id: 1,
  after: 0,
  status: { kind: "closed", attempt: 1 },
  info: { closeCode: 1000, reason: "", wasClean: true },
  cause: "requested",
};

Deno.test("Lifecycle() begins with a status that cannot be changed", () => {
  const { lifecycle } = make();
  assertEquals([lifecycle.readyState, lifecycle.isOver], [0, false]);
  assertEquals(Object.isFrozen(lifecycle.status), true);
});

Deno.test("onStatus() tells each state and counts attempts", () => {
  const { lifecycle, counters, log } = make();
  for (const kind of ["connecting", "idle"] as const) {
    lifecycle.onStatus({ kind, attempt: 1 });
  }
  assertEquals(log, ["statuschange 0 connecting", "statuschange 0 idle"]);
  assertEquals(counters.attempts, 1);
});

Deno.test("onStatus() says when the next attempt begins, and only while waiting", () => {
  const { lifecycle } = make();
  const before = Date.now();
  lifecycle.onStatus({ kind: "waiting", attempt: 1, delay: 60_000 });
  const { retryAt = 0 } = lifecycle.status;
  assertEquals(retryAt >= before + 60_000, true);
  assertEquals(retryAt <= Date.now() + 60_000, true);
  lifecycle.onStatus({ kind: "waiting", attempt: 1, delay: Infinity });
  assertEquals(lifecycle.status.retryAt, Infinity);
  lifecycle.onStatus({ kind: "connecting", attempt: 2 });
  assertEquals("retryAt" in lifecycle.status, false);
});

Deno.test("onOpened() resolves opened once and agrees anew each time", async () => {
  const { lifecycle, counters, log } = make();
  lifecycle.onOpened(OPENED);
  assertEquals([lifecycle.readyState, lifecycle.origin], [
    1,
    "ws://localhost",
  ]);
  assertEquals(lifecycle.status.transport, "ws");
  lifecycle.onStatus({ kind: "waiting", attempt: 1, delay: 0 });
  lifecycle.onOpened({ ...OPENED, protocol: "other", extensions: "" });
  assertEquals(lifecycle.agreed, { protocol: "other", extensions: "" });
  assertEquals(await lifecycle.opened, {
    protocol: "chat",
    extensions: "permessage-deflate",
  });
  assertEquals(counters.opens, 2);
  assertEquals(log, [
    "statuschange 1 open",
    "open 1 open",
    "statuschange 0 waiting",
    "statuschange 1 open",
    "open 1 open",
  ]);
});

Deno.test("onOpened() takes the origin from the worker before a URL is known", () => {
  const { lifecycle } = make({ url: () => "ws://localhost/" });
  lifecycle.onOpened(OPENED);
  assertEquals(lifecycle.origin, "ws://worker.example");
});

Deno.test("onOpened() fires no open where a listener has ended it meanwhile", async () => {
  const { lifecycle, target, log } = make();
  target.addEventListener("statuschange", () => lifecycle.close(), {
    once: true,
  });
  lifecycle.onOpened(OPENED);
  await settle();
  assertEquals(log, ["statuschange 1 open", "statuschange 2 closing"]);
});

Deno.test("onDisconnected() tells the error before the loss, and none if it was clean", () => {
  const { lifecycle, counters, log } = make();
  lifecycle.onDisconnected(LOST_ONCE);
  const { failure: _, ...clean } = LOST_ONCE;
  lifecycle.onDisconnected(clean);
  assertEquals(log, [
    "statuschange 0 waiting",
    "warn ConnectionLostError",
    "error 0 waiting",
    "disconnect 0 waiting",
    "statuschange 0 waiting",
    "disconnect 0 waiting",
  ]);
  assertEquals(counters.disconnects, 2);
});

Deno.test("onDisconnected() fires no disconnect where a listener has ended it meanwhile", () => {
  const { lifecycle, target, log } = make();
  target.addEventListener("error", () => lifecycle.close());
  lifecycle.onDisconnected(LOST_ONCE);
  assertEquals(log, [
    "statuschange 0 waiting",
    "warn ConnectionLostError",
    "error 0 waiting",
  ]);
});

Deno.test("close() is told in a microtask, and then nothing but the end is", async () => {
  const { lifecycle, counters, log } = make();
  lifecycle.close();
  assertEquals([lifecycle.readyState, lifecycle.isOver, log], [2, true, []]);
  lifecycle.onStatus({ kind: "connecting", attempt: 1 });
  lifecycle.onOpened(OPENED);
  lifecycle.onDisconnected(LOST_ONCE);
  await settle();
  assertEquals(log, ["statuschange 2 closing"]);
  assertEquals([counters.attempts, counters.opens, counters.disconnects], [
    1,
    0,
    0,
  ]);
  assertInstanceOf(lifecycle.endError, ConnectionClosedError);
});

Deno.test("onClosed() resolves closed when it was asked for", async () => {
  const { lifecycle, log } = make();
  lifecycle.onClosed(CLOSED);
  assertEquals(await lifecycle.closed, CLOSED.info);
  await assertRejects(() => lifecycle.opened, ConnectionClosedError);
  assertEquals(log, [
    "ending ConnectionClosedError",
    "statuschange 3 closed",
    "close 3 closed",
    "ended requested",
  ]);
});

Deno.test("onClosed() rejects with the error that everybody is told", async () => {
  const { lifecycle, log } = make();
  lifecycle.onClosed({ ...CLOSED, info: LOST, cause: "fatal", failure: LOSS });
  const error = await assertRejects(
    () => lifecycle.closed,
    ConnectionLostError,
  );
  assertStrictEquals(lifecycle.endError, error);
  assertStrictEquals(await lifecycle.opened.catch((reason) => reason), error);
  assertEquals(log, [
    "error ConnectionLostError",
    "ending ConnectionLostError",
    "statuschange 3 closed",
    "error 3 closed",
    "close 3 closed",
    "ended failed",
  ]);
});

Deno.test("onClosed() fires no error for a clean end that nobody asked for", async () => {
  const { lifecycle, log } = make();
  const info = { closeCode: 4001, reason: "go", wasClean: true };
  lifecycle.onClosed({ ...CLOSED, info, cause: "fatal" });
  const error = await assertRejects(
    () => lifecycle.closed,
    ConnectionClosedError,
  );
  assertEquals(error.closeCode, 4001);
  assertEquals(log.filter((each) => each.startsWith("error 3")), []);
  assertEquals(log.slice(-2), ["close 3 closed", "ended failed"]);
});

Deno.test("onClosed() after close() is as requested, whatever the worker saw", async () => {
  const { lifecycle, log } = make();
  lifecycle.close();
  lifecycle.onClosed({ ...CLOSED, info: LOST, cause: "fatal", failure: LOSS });
  assertEquals(log, [
    "ending ConnectionClosedError",
    "statuschange 3 closed",
    "close 3 closed",
    "ended requested",
  ]);
  assertEquals(await lifecycle.closed, LOST);
});

Deno.test("opened keeps its outcome when the end comes later", async () => {
  const { lifecycle } = make();
  lifecycle.onOpened(OPENED);
  lifecycle.onClosed(CLOSED);
  assertEquals((await lifecycle.opened).protocol, "chat");
});

/** Makes a life cycle that writes down what it tells, in the order of that. */
function make(
  { url = "ws://localhost/" }: { readonly url?: string | (() => string) } = {},
) {
  const log: string[] = [];
  const target = new EventTarget();
  const counters = new SocketCounters();
  const providers = new Providers(resolveOptions(url, [], {}));
  const status = { kind: "connecting", attempt: 0, worker: "own" } as const;
  const lifecycle = new Lifecycle(status, {
    target,
    providers,
    counters,
    failed: (level, { name }) => log.push(`${level} ${name}`),
    ending: ({ name }: SocketError) => log.push(`ending ${name}`),
    ended: ({ kind }: StreamEnd) => log.push(`ended ${kind}`),
  });
  for (const type of TYPES) {
    target.addEventListener(type, () => {
      log.push(`${type} ${lifecycle.readyState} ${lifecycle.status.kind}`);
    });
  }
  return { lifecycle, target, counters, log };
}
