import { assertEquals } from "@std/assert";
import {
  instrumentHandler,
  instrumentSessions,
  instrumentStore,
} from "../../../lib/otel/server/mod.ts";
import { memoryStore } from "../../../lib/server/mod.ts";
import { Heard, serveDeno } from "../../server/listening.ts";
import { TestClient } from "../../server/test_client.ts";
import { FakeTracer } from "../fake_telemetry.ts";
import { FakeSessionMeter } from "./fake_session_meter.ts";

Deno.test("instrumentSessions(), instrumentStore() and instrumentHandler() report what a server does", async () => {
  const meter = new FakeSessionMeter();
  const tracer = new FakeTracer();
  const options = { meter, tracer, attributes: { node: "a" } };
  const heard = new Heard((message) => message.reply(message.data));
  await using store = memoryStore();
  await using listening = serveDeno(heard, {
    handler: instrumentHandler(heard, options),
    store: instrumentStore(store, options),
  });
  using _telemetry = instrumentSessions(listening.sessions, options);
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await client.until(() => client.delivered.length === 1);
  await client.close();
  await heard.until(() => heard.calls.includes("ended bye 1 0"));
  const read = meter.read();
  assertEquals(read["holdfast.session.messages a accepted"], 1);
  assertEquals(read["holdfast.session.events a ended"], 1);
  const steps = meter.points("holdfast.session.store.duration")
    .map(([, attributes]) => attributes["holdfast.session.store.step"]);
  assertEquals([steps[0], steps.at(-1)], ["open", "end"]);
  assertEquals(meter.points("holdfast.session.handler.duration").length, 1);
  assertEquals(tracer.spans.map(({ ends }) => ends), [1]);
});

Deno.test("instrumentSessions() reports nothing without an SDK", () => {
  const metrics = () => {
    throw new Error("Nobody asks");
  };
  using _telemetry = instrumentSessions({ metrics });
  const heard: unknown[] = [];
  const handler = instrumentHandler({
    message: (_session: object, data: { readonly redelivered: boolean }) =>
      void heard.push(data),
  });
  handler.message({}, { redelivered: false });
  assertEquals(heard, [{ redelivered: false }]);
});
