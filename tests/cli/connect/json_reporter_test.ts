import { assertEquals, assertMatch } from "@std/assert";
import { JsonReporter } from "../../../lib/cli/connect/json_reporter.ts";
import {
  ConnectionLostError,
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
} from "../../../mod.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";

const ESCAPE = "a\x1b[2J\n\x9b2J\u202e\u2028\ud83d";
const CLOSED = { closeCode: 4400, reason: ESCAPE, wasClean: true };

async function recordsOf(act: (reporter: JsonReporter) => unknown) {
  const io = new FakeProcessIo();
  const reporter = new JsonReporter(io);
  await act(reporter);
  await reporter.flush();
  reporter.end();
  const lines = io.written.split("\n");
  assertEquals(lines.pop(), "");
  // deno-lint-ignore no-control-regex
  for (const line of lines) assertMatch(line, /^[^\x00-\x1f\x7f-\x9f\u202e]+$/);
  const records = lines.map((line) => {
    const { time, ...record } = JSON.parse(line);
    assertEquals(new Date(time).toISOString(), time);
    return record;
  });
  return { records, errors: io.errors };
}

Deno.test("JsonReporter writes a record per event", async () => {
  const error = new ConnectionLostError("lost", { retryable: true });
  const drop = { count: 1, bytes: 2 } as const;
  const { records, errors } = await recordsOf((reporter) => {
    reporter.opened(new OpenEvent({ reconnected: true, attempt: 2 }));
    reporter.disconnected(
      new DisconnectEvent({ ...CLOSED, attempt: 1, delay: 1.4, error }),
    );
    reporter.disconnected(
      new DisconnectEvent({
        ...CLOSED,
        attempt: 2,
        delay: Infinity,
        error: undefined,
      }),
    );
    reporter.dropped(
      new DropEvent({ ...drop, direction: "outbound", reason: "overflow" }),
    );
    reporter.measured(1.5);
    reporter.refresh();
    reporter.sent();
    reporter.closed(new EndEvent(CLOSED, "requested"));
  });
  const { closeCode, reason, wasClean } = CLOSED;
  assertEquals(errors, "");
  assertEquals(records, [
    { type: "open", attempt: 2, reconnected: true },
    {
      type: "disconnect",
      closeCode,
      reason,
      attempt: 1,
      delay: 1,
      error: "ConnectionLostError",
      message: "lost",
    },
    { type: "disconnect", closeCode, reason, attempt: 2, delay: null },
    { type: "drop", ...drop, direction: "outbound", reason: "overflow" },
    { type: "heartbeat", latency: 1.5 },
    { type: "close", closeCode, reason, wasClean, why: "requested" },
  ]);
});

Deno.test("JsonReporter.received() keeps text and bytes unchanged", async () => {
  const { records } = await recordsOf(async (reporter) => {
    await reporter.received(ESCAPE);
    await reporter.received(Uint8Array.of(0, 255).buffer);
  });
  assertEquals(records, [
    { type: "message", data: ESCAPE },
    { type: "message", data: { base64: "AP8=" } },
  ]);
});

Deno.test("JsonReporter.failed() writes a record, and a line for a person", async () => {
  const { records, errors } = await recordsOf((reporter) => {
    reporter.failed(new TypeError(ESCAPE));
    reporter.failed("odd");
  });
  assertEquals(records, [
    { type: "error", error: "TypeError", message: ESCAPE },
    { type: "error", error: "Error", message: "odd" },
  ]);
  assertEquals(
    errors,
    "connect: a\\x1b[2J\\n\\x9b2J\\u202e\\u2028\\ud83d\nconnect: odd\n",
  );
});

Deno.test("JsonReporter.outputFailed resolves also without a message", async () => {
  const reporter = new JsonReporter(new FakeProcessIo({ writes: 0 }));
  reporter.measured(1);
  const { name } = await reporter.outputFailed as Error;
  assertEquals(name, "OutputError");
});
