import { assertEquals, assertMatch } from "@std/assert";
import { createInstruments } from "../../lib/otel/instruments.ts";
import { FakeMeter } from "./fake_telemetry.ts";

const ROW = /^ \* \| `(holdfast\.[^`]+)` \| `([^`]+)` \|/gm;

Deno.test("createInstruments() makes the documented instruments, with their units", async () => {
  const page = await Deno.readTextFile(
    new URL("../../lib/otel/mod.ts", import.meta.url),
  );
  const listed = [...page.matchAll(ROW)].map(([, name, unit]) => [name, unit]);
  const meter = new FakeMeter();
  createInstruments(meter);
  const made = [...meter.instruments].map(([name, { unit }]) => [name, unit]);
  assertEquals(made.sort(), listed.sort());
});

Deno.test("createInstruments() follows the rules of semantic conventions for names", () => {
  const meter = new FakeMeter();
  createInstruments(meter);
  const names = [...meter.instruments.keys()];
  for (const [name, { unit, description, advice }] of meter.instruments) {
    assertMatch(name, /^holdfast(?:\.[a-z]+(?:_[a-z]+)*)+$/);
    assertMatch(unit, /^(?:s|By|\{[a-z]+\})$/);
    assertMatch(description, /^[A-Z].*[a-z]$/);
    const bounds = advice?.explicitBucketBoundaries ?? [];
    assertEquals(bounds, bounds.toSorted((a, b) => a - b));
    assertEquals(bounds.length > 0, name.endsWith(".duration"));
    // A name must not be the namespace of another.
    assertEquals(names.filter((each) => each.startsWith(`${name}.`)), []);
  }
});
