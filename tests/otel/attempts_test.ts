import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { assertEquals } from "@std/assert";
import {
  ConnectError,
  ConnectionLostError,
} from "../../lib/client/errors/mod.ts";
import { Attempts } from "../../lib/otel/attempts.ts";
import { createInstruments } from "../../lib/otel/instruments.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { FakeMeter, FakeTracer } from "./fake_telemetry.ts";

const INIT = { retryable: true };
const LOST = new ConnectionLostError("Gone", INIT);
const REFUSED = new ConnectError("No (ws://here/canary, attempt 2)", {
  ...INIT,
  kind: "refused",
});

Deno.test("Attempts makes a span of an attempt that leads to a connection", () => {
  const { attempts, clock, tracer, meter } = makeAttempts();
  attempts.begin(2);
  const [span] = tracer.spans;
  assertEquals([span!.name, span!.ends], ["websocket connect", 0]);
  assertEquals([span!.settings.kind, span!.settings.root], [
    SpanKind.CLIENT,
    true,
  ]);
  clock.advance(250);
  attempts.open("ws");
  assertEquals(span!.ends, 1);
  assertEquals(span!.attributes, {
    "holdfast.attempt.number": 2,
    "server.address": "here",
    "holdfast.attempt.outcome": "open",
    "holdfast.transport": "ws",
  });
  // Nothing is set where nothing went wrong.
  assertEquals([span!.status, span!.exceptions], [undefined, []]);
  assertEquals(meter.points("holdfast.attempt.duration"), [
    [0.25, { "server.address": "here" }],
  ]);
});

Deno.test("Attempts records why an attempt failed", () => {
  const { attempts, clock, tracer, meter } = makeAttempts();
  attempts.begin(1);
  clock.advance(1_500);
  attempts.lose({ closeCode: 1006, error: REFUSED });
  const [{ status, exceptions, attributes, ends }] = tracer.spans as [
    FakeTracer["spans"][number],
  ];
  const message = "No (ws://here, attempt 2)";
  assertEquals(ends, 1);
  assertEquals(status, { code: SpanStatusCode.ERROR, message });
  assertEquals(exceptions, [{ name: "ConnectError", message }]);
  assertEquals(attributes, {
    "holdfast.attempt.number": 1,
    "server.address": "here",
    "holdfast.attempt.outcome": "failed",
    "error.type": "ConnectError",
    "holdfast.error.kind": "refused",
  });
  assertEquals(meter.points("holdfast.attempt.duration"), [
    [1.5, { "server.address": "here", "error.type": "ConnectError" }],
  ]);
  assertEquals(meter.points("holdfast.connection.duration"), []);
});

Deno.test("Attempts records the close code of an attempt that the server ended cleanly", () => {
  const { attempts, tracer } = makeAttempts();
  attempts.begin(1);
  attempts.lose({ closeCode: 4401, error: undefined });
  const { attributes, status } = tracer.spans[0]!;
  assertEquals(attributes["error.type"], "ConnectionClosedError");
  assertEquals(attributes["holdfast.close.code"], 4401);
  assertEquals(status?.message, "Closed by the server with code 4401");
});

Deno.test("Attempts records how long a connection lasted, and whether it was lost", () => {
  const { attempts, clock, meter } = makeAttempts();
  for (const error of [undefined, LOST]) {
    attempts.begin(1);
    attempts.open("ws");
    clock.advance(60_000);
    attempts.lose({ closeCode: 1001, error });
  }
  attempts.begin(2);
  attempts.open("ws");
  clock.advance(1_000);
  attempts.close();
  attempts.close();
  assertEquals(meter.points("holdfast.connection.duration"), [
    [60, { "server.address": "here" }],
    [60, { "server.address": "here", "error.type": "ConnectionLostError" }],
    [1, { "server.address": "here" }],
  ]);
});

Deno.test("Attempts abandons an attempt when another begins", () => {
  const { attempts, tracer, meter } = makeAttempts();
  attempts.begin(1);
  attempts.begin(1);
  assertEquals(tracer.outcomes, ["abandoned", "under way"]);
  attempts.close();
  attempts.abandon();
  assertEquals(tracer.outcomes, ["abandoned", "abandoned"]);
  assertEquals(tracer.spans.map(({ ends, status }) => [ends, status]), [
    [1, undefined],
    [1, undefined],
  ]);
  assertEquals(meter.points("holdfast.attempt.duration"), []);
});

Deno.test("Attempts counts a loss for the connection that was replaced", () => {
  const { attempts, tracer, meter } = makeAttempts();
  attempts.begin(1);
  attempts.open("ws");
  // As reconnect() does: the new attempt comes before the end of the old connection.
  attempts.begin(1);
  attempts.lose({ closeCode: 1000, error: undefined });
  assertEquals(tracer.outcomes, ["open", "under way"]);
  assertEquals(meter.points("holdfast.connection.duration").length, 1);
  attempts.lose({ closeCode: 1006, error: REFUSED });
  assertEquals(tracer.outcomes, ["open", "failed"]);
});

Deno.test("Attempts ignores the end of what began before it", () => {
  const { attempts, tracer, meter } = makeAttempts();
  attempts.lose({ closeCode: 1006, error: LOST });
  attempts.close();
  assertEquals(tracer.spans, []);
  assertEquals(meter.points("holdfast.connection.duration"), []);
  assertEquals(meter.points("holdfast.attempt.duration"), []);
});

function makeAttempts() {
  const meter = new FakeMeter();
  const tracer = new FakeTracer();
  const clock = new ManualClock();
  const attempts = new Attempts({
    tracer,
    clock,
    instruments: createInstruments(meter),
    attributes: () => ({ "server.address": "here" }),
  });
  return { attempts, clock, tracer, meter };
}
