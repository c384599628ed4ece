import { assertEquals, assertMatch } from "@std/assert";
import type { ConnectPlan } from "../../../lib/cli/connect/plan.ts";
import { LineReporter } from "../../../lib/cli/connect/line_reporter.ts";
import { ConnectRun } from "../../../lib/cli/connect/connect_run.ts";
import { openSource } from "../../../lib/cli/connect/source.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { ReconnectingWebSocket } from "../../../mod.ts";
import {
  FakeProcessIo,
  type FakeProcessOptions,
} from "../terminal/fake_process_io.ts";
import { startTalkingServer } from "./talking_server.ts";

const PLAN: ConnectPlan = {
  url: new URL("ws://127.0.0.1"),
  protocols: [],
  options: {},
  format: "text",
  execute: [],
  wait: Infinity,
  log: undefined,
};

/** Starts a run of lines on a socket of its own. */
function startRun(
  url: string,
  { plan = {}, maxBytes = 1_000, ...options }: FakeProcessOptions & {
    readonly plan?: Partial<ConnectPlan>;
    readonly maxBytes?: number;
  } = {},
) {
  const io = new FakeProcessIo(options);
  const socket = new ReconnectingWebSocket(url, [], {
    heartbeat: false,
    outbox: { maxBytes },
    backoff: { maxAttempts: 1 },
    closeTimeout: 500,
  });
  const run = new ConnectRun({
    socket,
    plan: { ...PLAN, ...plan },
    io,
    reporter: new LineReporter(io, "text"),
    source: openSource({ ...PLAN, ...plan }, io),
  });
  return { io, socket, code: run.run() };
}

Deno.test("ConnectRun.run() sends its input, waits as long as the plan says, and closes", async () => {
  await using server = startTalkingServer();
  const clock = new ManualClock();
  const { io, code } = startRun(server.url, {
    plan: { wait: 5_000 },
    clock,
  });
  io.type("one\ntwo\n");
  io.finish();
  await io.shows("two\n");
  clock.advance(4_999);
  assertEquals(clock.timers, 1);
  clock.advance(1);
  assertEquals(await code, 0);
  assertEquals([server.received, io.written], [["one", "two"], "one\ntwo\n"]);
  assertEquals(io.errors, "connect: Connected\nconnect: Closed\n");
});

Deno.test("ConnectRun.run() does not wait where the plan says so", async () => {
  await using server = startTalkingServer();
  const { code } = startRun(server.url, {
    plan: { wait: 0, execute: ["bye"] },
  });
  assertEquals([await code, server.received], [0, ["bye"]]);
});

Deno.test("ConnectRun.run() reports what the outbox can never hold, and goes on", async () => {
  await using server = startTalkingServer();
  const { io, code } = startRun(server.url, { plan: { wait: 200 } });
  io.type(`one\n${"x".repeat(1_001)}\ntwo\n`);
  io.finish();
  assertEquals([await code, server.received], [10, ["one", "two"]]);
  assertMatch(io.errors, /1 message not sent \(1001 bytes, more than the/);
});

Deno.test("ConnectRun.run() sends what came before a line that is not UTF-8, then fails", async () => {
  await using server = startTalkingServer();
  const { io, code } = startRun(server.url);
  io.type("one\n");
  io.type(Uint8Array.of(0xff, 0x0a));
  io.type("three\n");
  assertEquals([await code, server.received], [1, ["one"]]);
  assertMatch(io.errors, /^connect: Line 2 of stdin is not UTF-8/m);
});

Deno.test("ConnectRun.run() fails when stdin breaks", async () => {
  await using server = startTalkingServer();
  const { io, code } = startRun(server.url);
  io.breakInput(new Error("Input/output error (os error 5)"));
  assertEquals(await code, 1);
  assertMatch(io.errors, /^connect: Input\/output error \(os error 5\)$/m);
});

Deno.test("ConnectRun.run() ends with 0 when the reader of stdout is gone", async () => {
  await using server = startTalkingServer();
  const { io, code } = startRun(server.url, { writes: 1 });
  io.type("one\n");
  await io.shows("one");
  io.type(Array.from({ length: 200 }, (_, line) => `${line}\n`).join(""));
  assertEquals([await code, io.written], [0, "one\n"]);
  assertEquals(io.errors, "connect: Connected\nconnect: Closed\n");
});

Deno.test("ConnectRun.run() ends with 1 when stdout cannot be written", async () => {
  await using server = startTalkingServer();
  const failure = new Error("No space left on device (os error 28)");
  const { io, code } = startRun(server.url, { writes: 0, failure });
  io.type("one\n");
  assertEquals(await code, 1);
  assertMatch(
    io.errors,
    /^connect: Cannot write to stdout: No space left on device/m,
  );
});

Deno.test("ConnectRun.run() closes at the first interrupt, and does not wait at the second", async () => {
  await using server = startTalkingServer();
  const first = startRun(server.url);
  await first.io.shows("Connected");
  first.io.interrupt();
  assertEquals(await first.code, 130);
  assertMatch(first.io.errors, /Closed/);

  const second = startRun(server.url);
  await second.io.shows("Connected");
  second.io.interrupt();
  second.io.interrupt();
  assertEquals(await second.code, 130);
  await second.socket[Symbol.asyncDispose]();
});

Deno.test("ConnectRun.run() gives the cause when the server ends it", async () => {
  await using server = startTalkingServer((socket) => {
    socket.close(4400, "bye\r\nconnect: Connected");
  });
  const { io, code } = startRun(server.url);
  assertEquals(await code, 7);
  assertMatch(io.errors, /^connect: .*bye\\r\\nconnect: Connected/m);
  assertEquals(io.errors.match(/^connect: Connected/gm)?.length, 1);
});
