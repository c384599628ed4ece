import { assertEquals, assertRejects } from "@std/assert";
import { measureStore } from "../../../lib/otel/server/store.ts";
import { memoryStore } from "../../../lib/server/mod.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { INIT } from "../../session/store/records.ts";
import { FakeSessionMeter } from "./fake_session_meter.ts";

function measuring() {
  const meter = new FakeSessionMeter();
  const clock = new ManualClock();
  const duration = meter.createHistogram("d", { unit: "s", description: "D" });
  const telemetry = { duration, clock, attributes: { node: "a" } };
  return { meter, clock, telemetry };
}

Deno.test("measureStore() measures steps, and changes nothing", async () => {
  const { meter, telemetry } = measuring();
  await using inner = memoryStore();
  const store = measureStore(inner, telemetry);
  const lease = await store.open(INIT);
  assertEquals(lease.generation, store.generation);
  const heard: unknown[] = [];
  await store.listen("A", (notice) => heard.push(notice));
  assertEquals(store.accept, store.accept);
  await assertRejects(() => store.open(INIT), RangeError);
  assertEquals(meter.points("d"), [
    [0, { node: "a", "holdfast.session.store.step": "open" }],
    [0, {
      ...{ node: "a", "holdfast.session.store.step": "open" },
      "error.type": "RangeError",
    }],
  ]);
});

Deno.test("measureStore() measures in seconds until the answer", async () => {
  const { meter, clock, telemetry } = measuring();
  const answer = Promise.withResolvers<readonly string[]>();
  const store = measureStore({ due: () => answer.promise }, telemetry);
  const asked = store.due();
  clock.advance(250);
  answer.resolve(["s"]);
  assertEquals(await asked, ["s"]);
  assertEquals(meter.points("d").map(([seconds]) => seconds), [0.25]);
  const failing = measureStore({
    // deno-lint-ignore require-await
    due: async () => {
      throw "no error";
    },
  }, telemetry);
  await failing.due().catch(() => {});
  assertEquals(meter.points("d")[1]?.[1]["error.type"], "unknown");
});
