import { assertEquals } from "@std/assert";
import { UpDownSeries } from "../../lib/otel/up_down_series.ts";
import { FakeMeter } from "./fake_telemetry.ts";

const SETTINGS = { unit: "1", description: "" };

Deno.test("UpDownSeries adds changes, and moves between series", () => {
  const meter = new FakeMeter();
  const series = new UpDownSeries(meter.createUpDownCounter("level", SETTINGS));
  series.set(0, { name: "a" });
  assertEquals(meter.points("level"), []);
  series.set(3, { name: "a" });
  series.set(1, { name: "a" });
  series.set(1, { name: "a" });
  assertEquals(meter.points("level"), [
    [3, { name: "a" }],
    [-2, { name: "a" }],
  ]);
  series.set(5, { name: "b" });
  assertEquals(meter.sums("level"), { b: 5 });
});

Deno.test("UpDownSeries removes its own value only", () => {
  const meter = new FakeMeter();
  const counter = meter.createUpDownCounter("level", SETTINGS);
  const all = [new UpDownSeries(counter), new UpDownSeries(counter)];
  for (const series of all) series.set(2, { name: "a" });
  assertEquals(meter.sums("level"), { a: 4 });
  all[0]!.clear();
  all[0]!.clear();
  assertEquals(meter.sums("level"), { a: 2 });
});
