/**
 * `storm`: simulates a fleet whose server goes down and comes back.
 *
 * @module
 */

import type { BackoffOptions } from "../../client/options/options.ts";
import type {
  ExponentialBackoff,
  SpreadBackoff,
} from "../../connection/backoff/backoff.ts";
import {
  defineCommand,
  FAILURE,
  reportLine,
  type Run,
  SUCCESS,
} from "../command.ts";
import { plot } from "./plot.ts";
import { holdfast, PEERS, type Policy } from "./policies.ts";
import { outage, type Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import { runsOf, survey } from "./survey.ts";
import { formatTable, LEGEND } from "./table.ts";
import { type Flags, requireNoPositionals } from "../flags.ts";
import { reasonOf } from "../reason.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { progressBar } from "../terminal/progress.ts";
import { UsageError } from "../usage_error.ts";

/** More clients than this may take more memory than a machine has. */
const MAX_CLIENTS = 2_000_000;
const MAX_SEEDS = 1_000;
/** More panels than this make a picture unreadable. */
const MAX_PANELS = 4;

const HELP = `Simulate a fleet that loses its server, in virtual time

Usage: storm [options]

      --clients N         how many clients (10000)
      --outage TIME       how long the server is down (30s)
      --capacity N        how many openings it accepts in 100 ms (no limit)
      --retry-after TIME  the Retry-After of those that it refuses
      --policy NAME       holdfast, a peer's, or all; can be repeated (all)
      --seeds N           how many runs to take the medians of (5)
      --svg FILE          draw what happened, for the first ${MAX_PANELS} policies

The policy of holdfast; without any of these, its defaults:
      --strategy NAME                           spread or exponential
      --fleet N, --first TIME, --cap TIME       for spread
      --initial-delay TIME, --max-delay TIME    for exponential
      --factor NUMBER, --jitter full|equal|none for exponential

TIME is like 250ms, 30s, 5m. Peers, in quotes where there is a space:
${listInRows(PEERS.map(({ name }) => name))}`;

const SPREAD_FLAGS = ["fleet", "first", "cap"] as const;
const EXPONENTIAL_FLAGS = [
  "initial-delay",
  "max-delay",
  "factor",
  "jitter",
] as const;
const FLAGS = [
  "clients",
  "outage",
  "capacity",
  "retry-after",
  "policy",
  "seeds",
  "svg",
  "strategy",
  ...SPREAD_FLAGS,
  ...EXPONENTIAL_FLAGS,
];

interface Plan {
  readonly scenario: Scenario;
  readonly policies: readonly Policy[];
  readonly seeds: number;
  readonly svg: string | undefined;
}

/** `storm`, as a function. */
export const storm: Run<CommandIo> = defineCommand({
  name: "storm",
  help: HELP,
  flags: { values: FLAGS },
  plan: planOf,
  run: simulateAll,
});

function planOf(flags: Flags): Plan {
  requireNoPositionals(flags);
  return {
    scenario: scenarioOf(flags),
    policies: policiesOf(flags),
    seeds: flags.count("seeds", { min: 1, max: MAX_SEEDS }) ?? 5,
    svg: flags.text("svg"),
  };
}

function simulateAll(plan: Plan, io: CommandIo): number | Promise<number> {
  report(plan, io);
  return plan.svg === undefined ? SUCCESS : draw(plan, plan.svg, io);
}

function scenarioOf(flags: Flags): Scenario {
  const range = { min: 1, max: MAX_CLIENTS };
  const capacity = flags.count("capacity", range);
  const retryAfter = flags.time("retry-after");
  return outage({
    clients: flags.count("clients", range) ?? 10_000,
    away: Math.round(flags.time("outage") ?? 30_000),
    ...capacity !== undefined && { capacity },
    ...retryAfter !== undefined && { retryAfter },
  });
}

function policiesOf(flags: Flags): readonly Policy[] {
  const all = [ours(flags), ...PEERS];
  const names = flags.texts("policy");
  if (names.length === 0 || names.includes("all")) return all;
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new UsageError(
      `--policy is ${JSON.stringify(name)}, must be all, holdfast or one of ` +
        peerNames(),
    );
  });
}

/** Our own policy; its values are checked like the options of a socket. */
function ours(flags: Flags): Policy {
  const backoff = backoffOf(flags);
  try {
    return holdfast({ backoff });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function backoffOf(flags: Flags): BackoffOptions {
  const given = (names: readonly string[]) =>
    names.find((name) => flags.text(name) !== undefined);
  const fallback = given(EXPONENTIAL_FLAGS) === undefined
    ? "spread"
    : "exponential";
  const strategy = flags.oneOf("strategy", ["spread", "exponential"]) ??
    fallback;
  switch (strategy) {
    case "spread":
      refuse(given(EXPONENTIAL_FLAGS), strategy);
      return { strategy, ...spreadOf(flags) };
    case "exponential":
      refuse(given(SPREAD_FLAGS), strategy);
      return { strategy, ...exponentialOf(flags) };
  }
}

function refuse(flag: string | undefined, strategy: string): void {
  if (flag === undefined) return;
  throw new UsageError(`The ${strategy} policy has no --${flag}`);
}

function spreadOf(flags: Flags): Omit<SpreadBackoff, "strategy"> {
  const fleet = flags.count("fleet", { min: 1, max: Number.MAX_SAFE_INTEGER });
  const first = flags.time("first");
  const cap = flags.time("cap");
  return {
    ...fleet !== undefined && { fleet },
    ...first !== undefined && { first },
    ...cap !== undefined && { cap },
  };
}

function exponentialOf(flags: Flags): Omit<ExponentialBackoff, "strategy"> {
  const initialDelay = flags.time("initial-delay");
  const maxDelay = flags.time("max-delay");
  const factor = flags.text("factor");
  const jitter = flags.oneOf("jitter", ["full", "equal", "none"]);
  return {
    ...initialDelay !== undefined && { initialDelay },
    ...maxDelay !== undefined && { maxDelay },
    ...factor !== undefined && { factor: numberOf(factor, "--factor") },
    ...jitter !== undefined && { jitter },
  };
}

function numberOf(text: string, flag: string): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError(
    `${flag} is ${JSON.stringify(text)}, must be a number`,
  );
}

function report({ scenario, policies, seeds }: Plan, io: CommandIo): void {
  const onRun = progressBar(runsOf({ policies, seeds }), io);
  const rows = survey(scenario, { policies, seeds, onRun });
  const runs = seeds === 1 ? "one run" : `medians of ${seeds} runs`;
  io.write(`${scenario.title}, ${runs}\n\n`);
  io.write(`${formatTable(scenario, rows)}\n${LEGEND}`);
}

async function draw(
  { scenario, policies }: Plan,
  file: string,
  io: CommandIo,
): Promise<number> {
  const series = policies.slice(0, MAX_PANELS).map((policy) => ({
    name: policy.name,
    counts: simulate(scenario, { policy, seed: 1 }),
  }));
  try {
    await Deno.writeTextFile(file, plot(scenario, series));
    return SUCCESS;
  } catch (error) {
    const why = reasonOf(error);
    reportLine("storm", `Cannot write ${file}: ${why}`, io);
    return FAILURE;
  }
}

/** Three names in a row, so that the help fits a screen. */
function listInRows(names: readonly string[]): string {
  const rows = Array.from(
    { length: Math.ceil(names.length / 3) },
    (_, row) => names.slice(3 * row, 3 * row + 3).join(", "),
  );
  return `  ${rows.join(",\n  ")}\n`;
}

function peerNames(): string {
  return PEERS.map(({ name }) => name).join(", ");
}
