import { assertEquals } from "@std/assert";
import { LineReporter } from "../../../lib/cli/connect/line_reporter.ts";
import {
  ConnectionLostError,
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
} from "../../../mod.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";

const ESCAPE = "a\x1b[2J\nconnect: Connected\x9b\u202e";
const BYTES = Uint8Array.of(0, 27).buffer;
const CLOSED = { closeCode: 1000, reason: "", wasClean: true };

Deno.test("LineReporter writes what happens to stderr, a line each", () => {
  const io = new FakeProcessIo();
  const reporter = new LineReporter(io, "text");
  reporter.opened(new OpenEvent({ reconnected: false, attempt: 1 }));
  const error = new ConnectionLostError(ESCAPE, { retryable: true });
  reporter.disconnected(
    new DisconnectEvent({ ...CLOSED, attempt: 1, delay: 1, error }),
  );
  reporter.dropped(
    new DropEvent({
      count: 1,
      bytes: 2,
      direction: "outbound",
      reason: "closed",
    }),
  );
  reporter.measured();
  reporter.refresh();
  reporter.sent();
  reporter.closed(new EndEvent(CLOSED, "fatal"));
  reporter.closed(new EndEvent(CLOSED, "requested"));
  reporter.failed(new Error("failed"));
  reporter.end();
  assertEquals(io.errors.split("\n"), [
    "connect: Connected",
    "connect: a\\x1b[2J\\nconnect: Connected\\x9b\\u202e",
    "connect: 1 message not sent (2 bytes, the connection has ended)",
    "connect: Closed",
    "connect: failed",
    "",
  ]);
  assertEquals(io.written, "");
});

Deno.test("LineReporter.received() writes text to a pipe as it is", async () => {
  const io = new FakeProcessIo();
  const reporter = new LineReporter(io, "text");
  await reporter.received(ESCAPE);
  await reporter.received(BYTES);
  await reporter.flush();
  assertEquals(io.written, `${ESCAPE}\n`);
  assertEquals(
    io.errors,
    "connect: Left out a binary message of 2 bytes: --binary or --json writes it\n",
  );
});

Deno.test("LineReporter.received() writes all data to a pipe with --binary", async () => {
  const io = new FakeProcessIo();
  const reporter = new LineReporter(io, "binary");
  await reporter.received(ESCAPE);
  await reporter.received(BYTES);
  await reporter.flush();
  assertEquals([io.written, io.errors], [`${ESCAPE}\0\x1b`, ""]);
});

for (const format of ["text", "binary"] as const) {
  Deno.test(`LineReporter.received() shows control characters on a terminal (${format})`, async () => {
    const io = new FakeProcessIo({ isTerminal: true });
    const reporter = new LineReporter(io, format);
    await reporter.received(ESCAPE);
    await reporter.received(BYTES);
    await reporter.flush();
    assertEquals(
      io.written,
      "a\\x1b[2J\n  connect: Connected\\x9b\\u202e\n(2 bytes) 00 1b\n",
    );
  });
}

Deno.test("LineReporter.outputFailed resolves once nobody reads stdout", async () => {
  const reporter = new LineReporter(new FakeProcessIo({ writes: 0 }), "text");
  await reporter.received("x");
  const { name } = await reporter.outputFailed as Error;
  assertEquals(name, "OutputError");
});
