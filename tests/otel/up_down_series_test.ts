import { assertEquals } from "@std/assert";
import { UpDownSeries } from "../../lib/otel/up_down_series.ts";
import { FakeMeter } from "./fake_telemetry.ts";

const SETTINGS = { unit: "1", description: "" };

Deno.test("Level tells changes, and moves between series", () => {
  const meter = new FakeMeter();
  const level = new UpDownSeries(meter.createUpDownCounter("level", SETTINGS));
  level.set(0, { series: "a" });
  assertEquals(meter.points("level"), []);
  level.set(3, { series: "a" });
  level.set(1, { series: "a" });
  level.set(1, { series: "a" });
  assertEquals(meter.points("level"), [
    [3, { series: "a" }],
    [-2, { series: "a" }],
  ]);
  level.set(5, { series: "b" });
  assertEquals(meter.sums("level"), { b: 5 });
});

Deno.test("Level takes its share back, and no one else's", () => {
  const meter = new FakeMeter();
  const counter = meter.createUpDownCounter("level", SETTINGS);
  const levels = [new UpDownSeries(counter), new UpDownSeries(counter)];
  for (const level of levels) level.set(2, { series: "a" });
  assertEquals(meter.sums("level"), { a: 4 });
  levels[0]!.clear();
  levels[0]!.clear();
  assertEquals(meter.sums("level"), { a: 2 });
});
