import { assert, assertEquals, assertMatch } from "@std/assert";
import { ScreenReporter } from "../../../lib/cli/connect/screen_reporter.ts";
import {
  ConnectionLostError,
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
  ReconnectingWebSocket,
} from "../../../mod.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import {
  FakeProcessIo,
  type FakeProcessOptions,
} from "../terminal/fake_process_io.ts";

const CLOSED = { closeCode: 1000, reason: "", wasClean: true };
const URL_WITH_TOKEN = new URL("ws://127.0.0.1/?token=secret");

function makeReporter(options: FakeProcessOptions = {}) {
  const clock = new ManualClock();
  const io = new FakeProcessIo({ interactive: true, clock, ...options });
  const socket = new ReconnectingWebSocket(URL_WITH_TOKEN, [], {
    autoConnect: false,
  });
  const reporter = new ScreenReporter(io, socket, URL_WITH_TOKEN);
  /** What was written since the last call. */
  const taken = () => {
    const { written } = io;
    io.written = "";
    return written;
  };
  return {
    clock,
    io,
    reporter,
    taken,
    async [Symbol.asyncDispose]() {
      reporter.end();
      await socket[Symbol.asyncDispose]();
    },
  };
}

Deno.test("ScreenReporter takes the terminal and gives it back", async () => {
  await using made = makeReporter();
  const { io, clock, reporter, taken } = made;
  assertEquals(io.keys, ["raw"]);
  assertMatch(taken(), /^\[idle\] · 0 sent · 0 received · ws:.*token=…\r\n> /);
  reporter.end();
  assertEquals(io.keys, ["raw", "lines"]);
  assertEquals([taken(), clock.timers], ["\r\x1b[1A\x1b[J", 0]);
});

Deno.test("ScreenReporter prints what happens above the status line", async () => {
  await using made = makeReporter();
  const { reporter, taken } = made;
  const error = new ConnectionLostError("a\n\x1b[2Jb", { retryable: true });
  const printed = (act: () => unknown) => {
    taken();
    act();
    return taken().split("\x1b[J")[1]?.split("\r\n")[0];
  };
  assertEquals(
    [
      () => reporter.opened(new OpenEvent({ reconnected: true, attempt: 1 })),
      () =>
        reporter.disconnected(
          new DisconnectEvent({ ...CLOSED, attempt: 1, delay: 1, error }),
        ),
      () =>
        reporter.dropped(
          new DropEvent({
            count: 1,
            bytes: 1,
            direction: "inbound",
            reason: "closed",
          }),
        ),
      () => reporter.sent("out"),
      () => reporter.received("in \x9b2J"),
      () => reporter.received(Uint8Array.of(1, 27).buffer),
      () => reporter.failed(new Error("failed")),
      () => reporter.closed(new EndEvent(CLOSED, "requested")),
      () => reporter.closed(new EndEvent(CLOSED, "fatal")),
    ].map(printed),
    [
      "* Connected again",
      "! a\\n\\x1b[2Jb",
      "! 1 message not read (1 byte, the connection has ended)",
      "> out",
      "< in \\x9b2J",
      "< (2 bytes) 01 1b",
      "! failed",
      "* Closed",
      undefined,
    ],
  );
  await reporter.flush();
});

Deno.test("ScreenReporter shows the latency until the connection is lost", async () => {
  await using made = makeReporter();
  const { reporter, taken } = made;
  reporter.measured(1.25);
  assertMatch(taken(), /\[idle\] · 1\.3 ms · /);
  reporter.disconnected(
    new DisconnectEvent({ ...CLOSED, attempt: 1, delay: 1, error: undefined }),
  );
  assert(!taken().includes("1.3 ms"));
});

Deno.test("ScreenReporter draws again each 200 ms what has changed, also the width", async () => {
  await using made = makeReporter({ columns: 40 });
  const { io, clock, reporter, taken } = made;
  taken();
  clock.advance(400);
  reporter.refresh();
  assertEquals(taken(), "");
  io.columns = 20;
  clock.advance(200);
  assertEquals(taken(), "\r\x1b[2A\x1b[J[idle] · 0 sent · 0\r\n> \r\x1b[2C");
});

Deno.test("ScreenReporter.typed() shows each key, and gives the line", async () => {
  await using made = makeReporter();
  const { reporter, taken } = made;
  taken();
  const keys = ReadableStream.from(["h", "i", "\x7f", "\r", "\x04"]);
  assertEquals(await Array.fromAsync(reporter.typed(keys)), ["h"]);
  const prompts = taken().split("\r\n> ").slice(1)
    .map((each) => each.split("\r")[0]);
  assertEquals(prompts, ["h", "hi", "h", ""]);
});

Deno.test("ScreenReporter takes the terminal again after Ctrl-Z", async () => {
  await using made = makeReporter();
  const { io, reporter, taken } = made;
  taken();
  io.resume();
  assertEquals(io.keys, ["raw", "raw"]);
  const drawn = taken();
  assert(drawn.startsWith("\r[idle] · "), drawn);
  assert(drawn.endsWith("\r\n> \r\x1b[2C"), drawn);
  reporter.end();
  io.resume();
  assertEquals(io.keys, ["raw", "raw", "lines"]);
});
