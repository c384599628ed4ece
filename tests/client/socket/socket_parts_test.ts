import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  OutboxFullError,
} from "../../../lib/client/errors/mod.ts";
import type { ReconnectingWebSocketOptions } from "../../../lib/client/options/options.ts";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
import { SocketParts } from "../../../lib/client/socket/socket_parts.ts";
import { settle } from "../fake_worker.ts";
import { makeStage, type Stage } from "../workers/fake_global_worker.ts";

const LOSS = { type: "lost", detail: "cable cut" } as const;

Deno.test("SocketParts counts attempts, opens and losses", async () => {
  await using stage = makeStage();
  const { parts } = makeParts(stage);
  const status = { kind: "connecting", attempt: 1 } as const;
  stage.worker.tell({ type: "status", id: 1, after: 0, status });
  stage.worker.open(1);
  stage.worker.lose(1, 0, { failure: LOSS });
  await settle();
  const { attempts, opens, disconnects } = parts.counters;
  assertEquals([attempts, opens, disconnects], [1, 1, 1]);
});

Deno.test("SocketParts logs an error before its event, with the attempt", async () => {
  await using stage = makeStage();
  const { log, parts } = makeParts(stage);
  parts.target.addEventListener("error", () => log.push("event"));
  stage.worker.lose(1, 0, { failure: LOSS });
  await settle();
  assertEquals(log, ["warn ConnectionLostError 1", "event"]);
});

Deno.test("SocketParts counts and logs what was dropped before its event", async () => {
  await using stage = makeStage();
  const { log, parts } = makeParts(stage);
  const { target, counters } = parts;
  target.addEventListener("drop", () => {
    const { messages } = counters.read(parts.connection).droppedOutbound;
    log.push(`drop ${messages}`);
  });
  parts.connection.outgoing.push("a");
  parts.connection.close(1000, "");
  await settle();
  assertEquals(log, ["warn Messages dropped", "drop 1"]);
});

Deno.test("SocketParts.followAbortSignal() closes its socket, also for a signal that is aborted", async () => {
  for (const when of ["before", "after"]) {
    await using stage = makeStage();
    const controller = new AbortController();
    const { log, parts } = makeParts(stage, { signal: controller.signal });
    if (when === "before") controller.abort();
    parts.followAbortSignal();
    if (when === "after") controller.abort();
    assertEquals(log, ["close"]);
  }
});

Deno.test("SocketParts follows no signal after the end", async () => {
  await using stage = makeStage();
  const controller = new AbortController();
  const { log, parts } = makeParts(stage, { signal: controller.signal });
  parts.followAbortSignal();
  stage.worker.close(1);
  await settle();
  controller.abort();
  assertEquals(log, []);
});

Deno.test("SocketParts.write() rejects with the error for what became of a message", async () => {
  await using stage = makeStage();
  const outbox = { maxMessages: 1, maxBytes: 4 };
  const { parts } = makeParts(stage, { outbox });
  await assertRejects(() => parts.write("12345", {}), OutboxFullError);
  stage.worker.open(1);
  const refused = parts.write("a", {});
  stage.worker.tell({ type: "unsent", id: 1, message: 1, reason: "rejected" });
  await assertRejects(() => refused, ConnectionLostError, "refused");
  const waiting = parts.write("b", {});
  stage.worker.close(1);
  await assertRejects(() => waiting, ConnectionClosedError);
  await assertRejects(() => parts.write("c", {}), ConnectionClosedError);
});

Deno.test("SocketParts fires messages for listeners only, and none after close()", async () => {
  await using stage = makeStage();
  const { log, parts } = makeParts(stage);
  parts.target.addEventListener("message", () => log.push("message"));
  stage.worker.open(1);
  parts.startPulling();
  stage.worker.deliver(["a", "b", "c"]);
  await settle();
  assertEquals([await parts.messages.receive(), log], ["a", []]);
  parts.listen();
  assertEquals([await parts.messages.receive(), log], ["b", ["message"]]);
  parts.lifecycle.close();
  assertEquals([await parts.messages.receive(), log], ["c", ["message"]]);
});

Deno.test("SocketParts fires a heartbeat only while open", async () => {
  await using stage = makeStage();
  const { log, parts } = makeParts(stage);
  parts.target.addEventListener("heartbeat", () => log.push("heartbeat"));
  const heartbeat = {
    type: "heartbeat",
    id: 1,
    after: 0,
    latency: 5,
    longestGap: 9,
  } as const;
  stage.worker.tell(heartbeat);
  stage.worker.open(1);
  stage.worker.tell(heartbeat);
  assertEquals([log, parts.counters.latency], [["heartbeat"], 5]);
});

/** Parts whose worker a test drives; their log and the closes of their socket. */
function makeParts(stage: Stage, options: ReconnectingWebSocketOptions = {}) {
  const log: string[] = [];
  const record = (level: string) => (message: string, ...data: unknown[]) => {
    const [{ error, attempt }] = data as [{ error?: string; attempt?: number }];
    log.push(`${level} ${error ? `${error} ${attempt}` : message}`);
  };
  const logger = {
    debug: record("debug"),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
  };
  const close = () => log.push("close");
  const target = Object.assign(new EventTarget(), { close });
  const given = { worker: stage.host, logger, ...options };
  const resolved = resolveOptions("ws://localhost/", [], given);
  const parts = new SocketParts(target, resolved, given);
  stage.worker.ready();
  return { log, parts };
}
