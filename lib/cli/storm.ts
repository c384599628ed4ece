/**
 * `storm`: what a fleet does when its server goes away and comes back.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { BackoffOptions } from "../client/options.ts";
import type {
  ExponentialBackoff,
  SpreadBackoff,
} from "../connection/backoff.ts";
import {
  type CommandIo,
  FAILURE,
  SUCCESS,
  USAGE,
  UsageError,
} from "./command.ts";
import { parseDuration } from "./duration.ts";
import { plot } from "./fleet/plot.ts";
import { holdfast, PEERS, type Policy } from "./fleet/policies.ts";
import { outage, type Scenario } from "./fleet/scenario.ts";
import { simulate } from "./fleet/simulate.ts";
import { runsOf, survey } from "./fleet/survey.ts";
import { formatTable, LEGEND } from "./fleet/table.ts";
import { progressBar } from "./progress.ts";

/** More than this many clients take more memory than a machine may have. */
const MAX_CLIENTS = 2_000_000;
const MAX_SEEDS = 1_000;
/** A picture with more panels than this is no help. */
const MAX_PANELS = 4;

const HELP = `Simulate a fleet that loses its server, in virtual time

Usage: storm [options]

  --clients <n>             how many clients (10000)
  --outage <duration>       how long the server is away (30s)
  --capacity <n>            how many openings it takes in 100 ms (no limit)
  --retry-after <duration>  what it tells those that it turns away
  --policy <name>           holdfast, a peer's, or all; can be repeated (all)
  --seeds <n>               how many runs the medians are of (5)
  --svg <file>              draw what happened, for the first ${MAX_PANELS} policies

The policy of holdfast; without any of these, its defaults:
  --strategy <name>         spread or exponential
  --first, --cap <duration>                 of spread
  --initial-delay, --max-delay <duration>   of exponential
  --factor <number>, --jitter <full|equal|none>

Peers:
${listInRows(PEERS.map(({ name }) => name))}`;

const FLAGS = [
  "clients",
  "outage",
  "capacity",
  "retry-after",
  "policy",
  "seeds",
  "svg",
  "strategy",
  "first",
  "cap",
  "initial-delay",
  "max-delay",
  "factor",
  "jitter",
] as const;

type Flags = Readonly<Partial<Record<(typeof FLAGS)[number], string>>>;

interface Plan {
  readonly scenario: Scenario;
  readonly policies: readonly Policy[];
  readonly seeds: number;
  readonly svg: string | undefined;
}

/**
 * Runs `storm`.
 *
 * @param args The arguments after the command's name.
 * @param io Where the table and the progress go.
 * @returns The exit code: 0, 1 if the picture could not be written, or 2 for a
 * wrong argument.
 */
export async function storm(
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  let plan: Plan | "help";
  try {
    plan = planOf(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.error(`storm: ${error.message}\n`);
    return USAGE;
  }
  if (plan === "help") {
    io.write(HELP);
    return SUCCESS;
  }
  report(plan, io);
  return plan.svg === undefined ? SUCCESS : await draw(plan, plan.svg, io);
}

function planOf(args: readonly string[]): Plan | "help" {
  const parsed = parseArgs(args, {
    boolean: ["help"],
    string: FLAGS,
    collect: ["policy"],
    alias: { help: "h" },
    unknown: (arg) => {
      throw new UsageError(`There is no ${arg}; --help tells what there is`);
    },
  });
  if (parsed.help) return "help";
  const { policy, ...flags } = parsed;
  const { svg, seeds } = flags;
  if (svg === "") throw new UsageError("--svg must be the name of a file");
  return {
    scenario: scenarioOf(flags),
    policies: policiesOf(policy, flags),
    seeds: integer("seeds", seeds ?? "5", MAX_SEEDS),
    svg,
  };
}

function scenarioOf(flags: Flags): Scenario {
  const { capacity, outage: away = "30s", "retry-after": advice } = flags;
  return outage({
    clients: integer("clients", flags.clients ?? "10000", MAX_CLIENTS),
    away: Math.round(parseDuration(away, "--outage")),
    ...capacity !== undefined &&
      { capacity: integer("capacity", capacity, MAX_CLIENTS) },
    ...advice !== undefined &&
      { retryAfter: parseDuration(advice, "--retry-after") },
  });
}

function policiesOf(
  names: readonly string[] | undefined,
  flags: Flags,
): readonly Policy[] {
  const all = [ours(flags), ...PEERS];
  if (names === undefined || names.length === 0 || names.includes("all")) {
    return all;
  }
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new UsageError(
      `--policy is ${JSON.stringify(name)}, must be all, holdfast or one of ` +
        peerNames(),
    );
  });
}

/** Our own policy; the values are checked as the options of a socket are. */
function ours(flags: Flags): Policy {
  const backoff = backoffOf(flags);
  try {
    return holdfast({ backoff });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

const SPREAD_FLAGS = ["first", "cap"] as const;
const EXPONENTIAL_FLAGS = [
  "initial-delay",
  "max-delay",
  "factor",
  "jitter",
] as const;

function backoffOf(flags: Flags): BackoffOptions {
  const given = (names: readonly (keyof Flags)[]) =>
    names.find((name) => flags[name] !== undefined);
  const fallback = given(EXPONENTIAL_FLAGS) === undefined
    ? "spread"
    : "exponential";
  const { strategy = fallback } = flags;
  switch (strategy) {
    case "spread":
      refuse(given(EXPONENTIAL_FLAGS), strategy);
      return { strategy, ...spreadOf(flags) };
    case "exponential":
      refuse(given(SPREAD_FLAGS), strategy);
      return { strategy, ...exponentialOf(flags) };
    default:
      throw new UsageError(
        `--strategy is ${
          JSON.stringify(strategy)
        }, must be spread or exponential`,
      );
  }
}

function refuse(flag: string | undefined, strategy: string): void {
  if (flag === undefined) return;
  throw new UsageError(`The ${strategy} policy has no --${flag}`);
}

function spreadOf({ first, cap }: Flags): Omit<SpreadBackoff, "strategy"> {
  return {
    ...first !== undefined && { first: parseDuration(first, "--first") },
    ...cap !== undefined && { cap: parseDuration(cap, "--cap") },
  };
}

function exponentialOf(flags: Flags): Omit<ExponentialBackoff, "strategy"> {
  const { factor, jitter } = flags;
  const { "initial-delay": initial, "max-delay": longest } = flags;
  return {
    ...initial !== undefined &&
      { initialDelay: parseDuration(initial, "--initial-delay") },
    ...longest !== undefined &&
      { maxDelay: parseDuration(longest, "--max-delay") },
    ...factor !== undefined && { factor: numberOf(factor, "--factor") },
    ...jitter !== undefined && { jitter: jitterOf(jitter) },
  };
}

function numberOf(text: string, flag: string): number {
  const value = Number(text);
  if (text !== "" && Number.isFinite(value)) return value;
  throw new UsageError(
    `${flag} is ${JSON.stringify(text)}, must be a number`,
  );
}

function jitterOf(text: string): NonNullable<ExponentialBackoff["jitter"]> {
  if (text === "full" || text === "equal" || text === "none") return text;
  throw new UsageError(
    `--jitter is ${JSON.stringify(text)}, must be full, equal or none`,
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
    const why = error instanceof Error ? error.message : String(error);
    io.error(`storm: Cannot write ${file}: ${why}\n`);
    return FAILURE;
  }
}

function integer(name: string, text: string, limit: number): number {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= 1 && value <= limit) {
    return value;
  }
  throw new UsageError(
    `--${name} is ${
      JSON.stringify(text)
    }, must be an integer from 1 to ${limit}`,
  );
}

/** Three to a row, so that the help fits a screen. */
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
