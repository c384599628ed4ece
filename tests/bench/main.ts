/**
 * Measures all clients in all scenarios, and prints one table.
 *
 * ```sh
 * deno task bench
 * deno task bench --only inbound --only saturated
 * deno task bench --quick
 * deno task bench --all
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { refuseUnknown } from "../refuse_unknown.ts";
import { runClient, startServers } from "./harness/processes.ts";
import type { Figures, Place, Scenario } from "./harness/scenario.ts";
import { type Subject, SUBJECTS } from "./harness/subjects.ts";
import { type Result, table } from "./harness/table.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Those that rows are about. */
const EVERY_ROUND: readonly Subject[] = ["native", "holdfast", "bare"];

if (import.meta.main) {
  const names = SCENARIOS.map(({ name }) => name);
  const unknown = refuseUnknown(
    `deno task bench [--quick] [--all] [--only ${names.join("|")}]...`,
  );
  const { only, quick, all } = parseArgs(Deno.args, {
    string: ["only"],
    collect: ["only"],
    boolean: ["quick", "all"],
    unknown,
  });
  const wrong = only.find((each) => !names.includes(`${each}`));
  if (wrong !== undefined) unknown(`--only ${wrong}`);
  const wanted = SCENARIOS.filter(({ name, shown }) =>
    only.length > 0 ? only.includes(name) : all || shown === undefined
  );
  const shown = all || only.length > 0 ? "all" : undefined;
  await using servers = await startServers();
  const results: Result[] = [];
  for (const scenario of wanted) {
    const started = performance.now();
    const plan = quick ? quickPlan(scenario) : fullPlan(scenario, shown);
    results.push(await measure(scenario, plan, servers.place));
    const seconds = (performance.now() - started) / 1000;
    console.error(`${scenario.name}: ${seconds.toFixed(0)} s`);
  }
  console.log(table(results, shown));
  const [load = NaN] = Deno.loadavg();
  console.log(
    `\n${navigator.hardwareConcurrency} cores, load average ${
      load.toFixed(1)
    }, ` +
      `Deno ${Deno.version.deno}`,
  );
}

/** Who is measured in each round. */
type Plan = readonly (readonly Subject[])[];

/** Rounds are interleaved, so that what slows the machine down hits all alike. */
function fullPlan(scenario: Scenario, shown: "all" | undefined): Plan {
  const { repetitions, otherRepetitions, subjects = SUBJECTS } = scenario;
  const isBare = shown === "all" && scenario.bare;
  const measured = subjects.filter((each) => each !== "bare" || isBare);
  return Array.from(
    { length: repetitions },
    (_, round) =>
      measured.filter((each) =>
        round < otherRepetitions || EVERY_ROUND.includes(each)
      ),
  );
}

/** The platform's and ours, once. */
function quickPlan({ repetitions }: Scenario): Plan {
  return Array(Math.min(repetitions, 2)).fill(["native", "holdfast"]);
}

async function measure(
  scenario: Scenario,
  plan: Plan,
  place: Place,
): Promise<Result> {
  const figures = new Map<Subject, Figures[]>();
  const run = async (subject: Subject) => {
    const outcome = await runClient(scenario, subject, place);
    if (outcome instanceof Error) console.error(outcome.message);
    else figures.set(subject, [...figures.get(subject) ?? [], outcome]);
  };
  for (const subjects of plan) {
    if (scenario.together) await Promise.all(subjects.map(run));
    else for (const subject of subjects) await run(subject);
  }
  return { scenario, figures };
}
