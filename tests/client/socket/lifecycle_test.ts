import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
} from "../../../lib/client/errors/mod.ts";
import { EndEvent } from "../../../lib/client/socket/events.ts";
import { Lifecycle } from "../../../lib/client/socket/lifecycle.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import { Providers } from "../../../lib/client/options/providers.ts";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
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
const LOST_ONCE = {
  ...LOST,
  attempt: 1,
  delay: 1_000,
  error: new ConnectionLostError("cable cut", { ...LOST, retryable: true }),
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

Deno.test("Lifecycle.onStatus() fires each change", () => {
  const { lifecycle, log } = make();
  for (const kind of ["connecting", "idle"] as const) {
    lifecycle.onStatus({ kind, attempt: 1 });
  }
  assertEquals(log, ["statuschange 0 connecting", "statuschange 0 idle"]);
});

Deno.test("Lifecycle.onStatus() says when the next attempt begins, and only while waiting", () => {
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
  lifecycle.onStatus({ kind: "waiting", attempt: 2, delay: 1 });
  lifecycle.close();
  assertEquals("retryAt" in lifecycle.status, false);
});

Deno.test("Lifecycle.onOpened() resolves opened once and agrees anew each time", async () => {
  const { lifecycle, log } = make();
  lifecycle.onOpened(OPENED);
  assertEquals([lifecycle.readyState, lifecycle.origin], [
    1,
    "ws://worker.example",
  ]);
  assertEquals(lifecycle.status.transport, "ws");
  lifecycle.onStatus({ kind: "waiting", attempt: 1, delay: 0 });
  lifecycle.onOpened({ ...OPENED, protocol: "other", extensions: "" });
  assertEquals(lifecycle.agreed, { protocol: "other", extensions: "" });
  assertEquals(await lifecycle.opened, {
    protocol: "chat",
    extensions: "permessage-deflate",
  });
  assertEquals(log, [
    "statuschange 1 open",
    "open 1 open",
    "statuschange 0 waiting",
    "statuschange 1 open",
    "open 1 open",
  ]);
});

Deno.test("Lifecycle.onOpened() fires no open where a listener has ended it meanwhile", async () => {
  const { lifecycle, target, log } = make();
  target.addEventListener("statuschange", () => lifecycle.close(), {
    once: true,
  });
  lifecycle.onOpened(OPENED);
  await settle();
  assertEquals(log, ["statuschange 1 open", "statuschange 2 closing"]);
});

Deno.test("Lifecycle.onDisconnected() fires the error before the loss, and none if it was clean", () => {
  const { lifecycle, log } = make();
  lifecycle.onDisconnected(LOST_ONCE);
  lifecycle.onDisconnected({ ...LOST_ONCE, error: undefined });
  assertEquals(log, [
    "error 0 connecting",
    "disconnect 0 connecting",
    "disconnect 0 connecting",
  ]);
});

Deno.test("Lifecycle.onDisconnected() fires no disconnect where a listener has ended it meanwhile", () => {
  const { lifecycle, target, log } = make();
  target.addEventListener("error", () => lifecycle.close());
  lifecycle.onDisconnected(LOST_ONCE);
  assertEquals(log, ["error 0 connecting"]);
});

Deno.test("Lifecycle.onStatus() is CLOSING where the end was asked for elsewhere, as by the disposal of its host", () => {
  const { lifecycle, log } = make();
  lifecycle.onOpened(OPENED);
  lifecycle.onStatus({ kind: "closing", attempt: 1 });
  lifecycle.onOpened(OPENED);
  assertEquals([lifecycle.readyState, lifecycle.isOver], [2, true]);
  assertEquals(log, [
    "statuschange 1 open",
    "open 1 open",
    "statuschange 2 closing",
  ]);
});

Deno.test("Lifecycle.close() fires its change in a microtask, and then nothing but the end", async () => {
  const { lifecycle, log } = make();
  lifecycle.close();
  assertEquals([lifecycle.readyState, lifecycle.isOver, log], [2, true, []]);
  lifecycle.onStatus({ kind: "connecting", attempt: 1 });
  lifecycle.onOpened(OPENED);
  lifecycle.onDisconnected({ ...LOST_ONCE, error: undefined });
  await settle();
  assertEquals(log, ["statuschange 2 closing"]);
  assertInstanceOf(lifecycle.endError, ConnectionClosedError);
});

Deno.test("Lifecycle.conclude() resolves closed when the end was asked for", async () => {
  const { lifecycle, log } = make();
  const end = lifecycle.conclude(CLOSED);
  assertEquals([end.kind, end.error.name], [
    "requested",
    "ConnectionClosedError",
  ]);
  assertEquals(await lifecycle.closed, CLOSED.info);
  await assertRejects(() => lifecycle.opened, ConnectionClosedError);
  assertEquals(log, []);
  lifecycle.fireEnd(CLOSED, end);
  assertEquals(log, ["statuschange 3 closed", "close 3 closed"]);
});

Deno.test("Lifecycle.conclude() rejects everything with one error", async () => {
  const { lifecycle, log } = make();
  const notice = { ...CLOSED, info: LOST, failure: LOSS } as const;
  const end = lifecycle.conclude({ ...notice, cause: "fatal" });
  const error = await assertRejects(
    () => lifecycle.closed,
    ConnectionLostError,
  );
  assertStrictEquals(end.error, error);
  assertStrictEquals(lifecycle.endError, error);
  assertStrictEquals(await lifecycle.opened.catch((reason) => reason), error);
  lifecycle.fireEnd(notice, end);
  assertEquals(end.kind, "failed");
  assertEquals(log, [
    "statuschange 3 closed",
    "error 3 closed",
    "close 3 closed",
  ]);
});

Deno.test("Lifecycle.fireEnd() fires no error for a clean end that nobody asked for", async () => {
  const { lifecycle, log } = make();
  const info = { closeCode: 4001, reason: "go", wasClean: true };
  const notice = { ...CLOSED, info, cause: "fatal" } as const;
  lifecycle.fireEnd(notice, lifecycle.conclude(notice));
  const error = await assertRejects(
    () => lifecycle.closed,
    ConnectionClosedError,
  );
  assertEquals(error.closeCode, 4001);
  assertEquals(log, ["statuschange 3 closed", "close 3 closed"]);
});

Deno.test("Lifecycle.conclude() after close() is as requested, whatever the worker saw", async () => {
  const { lifecycle, target, log } = make();
  const why: string[] = [];
  target.addEventListener("close", (event) => {
    if (event instanceof EndEvent) why.push(event.why);
  });
  const notice = { ...CLOSED, info: LOST, cause: "fatal" } as const;
  lifecycle.close();
  const end = lifecycle.conclude({ ...notice, failure: LOSS });
  lifecycle.fireEnd(notice, end);
  assertEquals(log, ["statuschange 3 closed", "close 3 closed"]);
  assertEquals([end.kind, why], ["requested", ["requested"]]);
  assertEquals(await lifecycle.closed, LOST);
});

Deno.test("Lifecycle.opened keeps its outcome when the end comes later", async () => {
  const { lifecycle } = make();
  lifecycle.onOpened(OPENED);
  lifecycle.conclude(CLOSED);
  assertEquals((await lifecycle.opened).protocol, "chat");
});

/** Makes a life cycle that writes down its events. */
function make(
  { url = "ws://localhost/" }: { readonly url?: string | (() => string) } = {},
) {
  const log: string[] = [];
  const target = new EventTarget();
  const lifecycle = new Lifecycle(target, {
    status: { kind: "connecting", attempt: 0, worker: "own" },
    providers: new Providers(resolveOptions(url, [], {})),
  });
  for (const type of TYPES) {
    target.addEventListener(type, () => {
      log.push(`${type} ${lifecycle.readyState} ${lifecycle.status.kind}`);
    });
  }
  return { lifecycle, target, log };
}
