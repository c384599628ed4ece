/**
 * Simulates fleets of 10,000 and of a million clients, with our policy and
 * those of the peers, and holds the result against the targets.
 *
 * ```sh
 * deno task storm                 # 10,000 clients, about two minutes
 * deno task storm --million       # a million, about half an hour
 * deno task storm --svg storm.svg # draws the 30 s outage as well
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import type { Figures } from "../../lib/cli/storm/figures.ts";
import { plot } from "../../lib/cli/storm/plot.ts";
import { holdfast, PEERS, type Policy } from "../../lib/cli/storm/policies.ts";
import {
  outage,
  relapse,
  rollingRestart,
  type Scenario,
} from "../../lib/cli/storm/scenario.ts";
import { simulate } from "../../lib/cli/storm/simulate.ts";
import { type Row, survey } from "../../lib/cli/storm/survey.ts";
import { formatTable, LEGEND } from "../../lib/cli/storm/table.ts";
import { refuseUnknown } from "../refuse_unknown.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** What a server can take in 100 ms. */
const CAPACITY = 100;
const RETRY_AFTER = 10 * SECOND;
const DRAWN: readonly string[] = [
  "holdfast",
  "phoenix.js",
  "reconnecting-websocket",
];

/** One table. */
interface Section {
  readonly scenario: Scenario;
  readonly seeds: number;
  readonly policies: readonly Policy[];
  readonly targets?: readonly Target[];
}

/** What our policy has to reach. */
interface Target {
  readonly title: string;
  readonly figure: keyof Figures;
  readonly limit: number;
  /** What is added before the comparison. @default {0} */
  readonly plus?: number;
}

if (import.meta.main) {
  const { million, svg } = parseArgs(Deno.args, {
    boolean: ["million"],
    string: ["svg"],
    unknown: refuseUnknown("deno task storm [--million] [--svg FILE]"),
  });
  const sections = million ? aMillion(1_000_000) : tenThousand(10_000);
  const verdicts = sections.flatMap(run);
  console.log(LEGEND);
  console.log(verdicts.map(({ line }) => line).join("\n"));
  if (svg !== undefined) await draw(svg);
  Deno.exitCode = verdicts.every(({ holds }) => holds) ? 0 : 1;
}

function tenThousand(clients: number): readonly Section[] {
  const policies = [holdfast(), ...PEERS];
  const common = { policies, seeds: 20 };
  const distance: Target = {
    title: "distance",
    figure: "distance",
    limit: 1.4,
  };
  return [
    {
      ...common,
      scenario: outage({ clients, away: 3 * SECOND }),
      targets: [distance],
    },
    {
      ...common,
      scenario: outage({ clients, away: 30 * SECOND }),
      targets: [
        { title: "attempts per 100 ms", figure: "peakAttempts", limit: 500 },
        { title: "openings per 100 ms", figure: "peakOpenings", limit: 110 },
        distance,
      ],
    },
    {
      ...common,
      scenario: outage({ clients, away: 5 * MINUTE }),
      targets: [distance],
    },
    {
      ...common,
      scenario: outage({ clients, away: HOUR }),
      targets: [distance],
    },
    ...others(clients).map((scenario) => ({ ...common, scenario })),
    {
      // Where everybody is let in at once, a fleet is as many single clients.
      seeds: 1,
      policies: [holdfast()],
      scenario: outage({ clients: 100_000, away: SECOND }),
      targets: [{
        title: "ms from a drop to the median return of a single client",
        figure: "p50",
        plus: SECOND,
        limit: 2_500,
      }],
    },
  ];
}

/** The longer it takes, the fewer runs; a run is as good as a hundred small ones. */
function aMillion(clients: number): readonly Section[] {
  const ours = [holdfast()];
  const targets: readonly Target[] = [
    { title: "distance", figure: "distance", limit: 1.15 },
  ];
  const [limited, advised, ...rest] = others(clients);
  return [
    {
      policies: ours,
      seeds: 20,
      scenario: outage({ clients, away: 30 * SECOND }),
      targets,
    },
    {
      policies: ours,
      seeds: 20,
      scenario: outage({ clients, away: 3 * SECOND }),
      targets,
    },
    {
      policies: PEERS,
      seeds: 1,
      scenario: outage({ clients, away: 30 * SECOND }),
    },
    ...rest.map((scenario) => ({ policies: ours, seeds: 3, scenario })),
    {
      policies: ours,
      seeds: 3,
      scenario: outage({ clients, away: 5 * MINUTE }),
      targets,
    },
    { policies: ours, seeds: 1, scenario: limited!, targets },
    { policies: ours, seeds: 1, scenario: advised!, targets },
    {
      policies: ours,
      seeds: 1,
      scenario: outage({ clients, away: HOUR }),
      targets,
    },
  ];
}

function others(clients: number): readonly Scenario[] {
  const away = 30 * SECOND;
  return [
    outage({ clients, away, capacity: CAPACITY }),
    outage({ clients, away, capacity: CAPACITY, retryAfter: RETRY_AFTER }),
    rollingRestart({
      clients,
      servers: 10,
      away: 10 * SECOND,
      every: 30 * SECOND,
    }),
    relapse({ clients, away, up: 4 * SECOND }),
  ];
}

interface Verdict {
  readonly line: string;
  readonly holds: boolean;
}

function run({ scenario, seeds, policies, targets = [] }: Section) {
  const started = performance.now();
  const rows = survey(scenario, { policies, seeds });
  const took = Math.round((performance.now() - started) / SECOND);
  const runs = seeds === 1 ? "one run" : `medians of ${seeds} runs`;
  console.log(`### ${scenario.title}\n\n${runs}, computed in ${took} s\n`);
  console.log(formatTable(scenario, rows));
  return targets.map((target) => judge(scenario, rows[0]!, target));
}

function judge(
  { title }: Scenario,
  { figures }: Row,
  target: Target,
): Verdict {
  const value = figures[target.figure] + (target.plus ?? 0);
  const holds = value <= target.limit;
  const shown = Number(value.toFixed(2));
  const sign = holds ? "holds" : "MISSED";
  return {
    line: `${sign}: ${title}: ${target.title}: ${shown} ≤ ${target.limit}`,
    holds,
  };
}

async function draw(file: string): Promise<void> {
  const scenario = outage({ clients: 10_000, away: 30 * SECOND });
  const series = [holdfast(), ...PEERS]
    .filter(({ name }) => DRAWN.includes(name))
    .map((policy) => ({
      name: policy.name,
      counts: simulate(scenario, { policy, seed: 1 }),
    }));
  await Deno.writeTextFile(file, plot(scenario, series));
}
