import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { plot } from "../../../lib/cli/storm/plot.ts";
import { outage, relapse } from "../../../lib/cli/storm/scenario.ts";

const COUNTS = {
  attempts: Uint32Array.of(10, 0, 100, 5),
  openings: Uint32Array.of(0, 0, 0, 5),
  recoveries: new Float64Array(5),
};

Deno.test("plot() draws a panel for each policy, named and with its peaks", () => {
  const series = ["first", "a < b & c"].map((name) => ({
    name,
    counts: COUNTS,
  }));
  const svg = plot(outage({ clients: 5, away: 300 }), series);
  assertEquals(svg.match(/class="attempts" d=/g)?.length, 2);
  assertStringIncludes(svg, ">first</text>");
  assertStringIncludes(svg, ">a &lt; b &amp; c</text>");
  assertStringIncludes(svg, "peak 100 attempts, 5 openings");
  assertStringIncludes(svg, "<title");
  assert(!svg.includes("NaN") && !svg.includes("Infinity"));
});

Deno.test("plot() draws a bar for each window in which something happened", () => {
  const svg = plot(outage({ clients: 5, away: 300 }), [
    { name: "one", counts: COUNTS },
  ]);
  const [, path] = /class="attempts" d="([^"]*)"/.exec(svg)!;
  assertEquals(path!.match(/M/g)?.length, 3);
});

Deno.test("plot() shades each outage", () => {
  const svg = plot(relapse({ clients: 5, away: 100, up: 100 }), [
    { name: "one", counts: COUNTS },
  ]);
  assertEquals(svg.match(/<rect class="away"[^>]*height="150"/g)?.length, 2);
});

Deno.test("plot() draws a fleet without any attempts", () => {
  const none = new Uint32Array();
  const svg = plot(outage({ clients: 1, away: 100 }), [{
    name: "none",
    counts: { attempts: none, openings: none, recoveries: new Float64Array() },
  }]);
  assert(!svg.includes("NaN") && !svg.includes("Infinity"));
});
