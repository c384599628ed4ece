import { assertEquals } from "@std/assert";
import {
  outage,
  rollingRestart,
  type Scenario,
} from "../../../lib/cli/storm/scenario.ts";
import { formatTable } from "../../../lib/cli/storm/table.ts";

const FIGURES = {
  peakAttempts: 12_345,
  peakOpenings: 66.5,
  p50: 7_512,
  p99: Infinity,
  attemptsEach: 3.94,
  distance: 1.319,
};

Deno.test("formatTable() aligns its columns and is Markdown", () => {
  assertEquals(
    formatTable(outage({ clients: 1, away: 1 }), [
      { policy: "ours", runs: 1, figures: FIGURES },
      {
        policy: "theirs, at last",
        runs: 1,
        figures: { ...FIGURES, p99: 14_860, distance: Infinity },
      },
    ]),
    `\
| policy          | attempts | openings | p50 |   p99 | each | distance |
| --------------- | -------: | -------: | --: | ----: | ---: | -------: |
| ours            |   12,345 |       67 | 7.5 | never |  3.9 |     1.32 |
| theirs, at last |   12,345 |       67 | 7.5 |  14.9 |  3.9 |      n/a |
`,
  );
});

Deno.test("formatTable() leaves the distance out where clients are lost more than once", () => {
  const scenario: Scenario = rollingRestart({
    clients: 1,
    servers: 2,
    away: 1,
    every: 2,
  });
  const table = formatTable(scenario, [
    { policy: "ours", runs: 1, figures: FIGURES },
  ]);
  assertEquals(table.includes("1.32"), false);
});
