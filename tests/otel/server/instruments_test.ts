import { assertEquals, assertMatch } from "@std/assert";
import {
  createHandlerDuration,
  createSessionInstruments,
  createStoreDuration,
} from "../../../lib/otel/server/instruments.ts";
import { FakeSessionMeter } from "./fake_session_meter.ts";

const ROW = /^ \* \| `(holdfast\.[^`]+)` \| `([^`]+)` \|/gm;

function created(): FakeSessionMeter {
  const meter = new FakeSessionMeter();
  createSessionInstruments(meter);
  createStoreDuration(meter);
  createHandlerDuration(meter);
  return meter;
}

Deno.test("createSessionInstruments() makes the documented instruments, with their units", async () => {
  const page = await Deno.readTextFile(
    new URL("../../../lib/otel/server/mod.ts", import.meta.url),
  );
  const listed = [...page.matchAll(ROW)].map(([, name, unit]) => [name, unit]);
  const made = [...created().instruments]
    .map(([name, { unit }]) => [name, unit]);
  assertEquals(made.sort(), listed.sort());
});

Deno.test("createSessionInstruments() follows the rules of semantic conventions for names", () => {
  const { instruments } = created();
  const names = [...instruments.keys()];
  for (const [name, { description, advice }] of instruments) {
    assertMatch(name, /^holdfast(?:\.[a-z]+(?:_[a-z]+)*)+$/);
    assertMatch(description, /^[A-Z].*[a-z]$/);
    const bounds = advice?.explicitBucketBoundaries ?? [];
    assertEquals(bounds, bounds.toSorted((a, b) => a - b));
    assertEquals(bounds.length > 0, name.endsWith(".duration"));
    // A name must not be the namespace of another.
    assertEquals(names.filter((each) => each.startsWith(`${name}.`)), []);
  }
});
