import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { traceHandler } from "../../../lib/otel/server/handler.ts";
import type { Span } from "../../../lib/otel/telemetry.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { FakeTracer } from "../fake_telemetry.ts";
import { FakeSessionMeter } from "./fake_session_meter.ts";

interface Message {
  readonly redelivered: boolean;
}

function tracing(message: (data: Message) => void | Promise<void>) {
  const meter = new FakeSessionMeter();
  const tracer = new FakeTracer();
  const clock = new ManualClock();
  const active: Span[] = [];
  const duration = meter.createHistogram("d", { unit: "s", description: "D" });
  const handler = traceHandler({
    name: "shop",
    ended() {
      return this.name;
    },
    message: (_session: object, data: Message) => message(data),
  }, {
    ...{ tracer, clock, duration, attributes: { node: "a" } },
    within: (span, run) => {
      active.push(span);
      return run();
    },
  });
  const handle = (redelivered = false) => handler.message({}, { redelivered });
  return { handler, handle, meter, tracer, clock, active };
}

Deno.test("traceHandler() makes a span and a duration for a message", async () => {
  const end = Promise.withResolvers<void>();
  const { handle, tracer, meter, clock, active } = tracing(() => end.promise);
  const handled = handle(true);
  const [span] = tracer.spans;
  assertEquals([span?.name, span?.ends, active], ["session message", 0, [
    span,
  ]]);
  assertEquals(span?.settings.kind, SpanKind.CONSUMER);
  clock.advance(500);
  end.resolve();
  await handled;
  assertEquals(span?.attributes, {
    ...{ node: "a", "holdfast.session.message.redelivered": true },
  });
  assertEquals([span?.ends, meter.points("d")], [1, [[0.5, { node: "a" }]]]);
});

Deno.test("traceHandler() is done at once where the handler is", () => {
  const { handle, tracer } = tracing(() => {});
  assertEquals([handle(), tracer.spans[0]?.ends], [undefined, 1]);
});

Deno.test("traceHandler() tells of failures, and passes them on", async () => {
  const sync = tracing(() => {
    throw new RangeError("Now");
  });
  assertThrows(() => sync.handle(), RangeError, "Now");
  const late = tracing(() => Promise.reject(new RangeError("Later")));
  await assertRejects(() => late.handle() as Promise<void>, RangeError);
  const odd = tracing(() => Promise.reject("odd"));
  assertEquals(await (odd.handle() as Promise<void>).catch(String), "odd");
  for (const { tracer, meter } of [sync, late, odd]) {
    const [span] = tracer.spans;
    assertEquals([span?.ends, span?.exceptions.length], [1, 1]);
    assertEquals(span?.status?.code, SpanStatusCode.ERROR);
    const type = tracer === odd.tracer ? "TypeError" : "RangeError";
    assertEquals(meter.points("d")[0]?.[1]["error.type"], type);
  }
});

Deno.test("traceHandler() leaves the other functions as they are", () => {
  const { handler } = tracing(() => {});
  assertEquals([handler.ended(), handler.name], ["shop", "shop"]);
});
