/**
 * Runs several lanes at once, each with a schedule of its own, and finds the
 * shortest schedule of one that failed. Both labs run by this.
 *
 * @module
 */

import type { TransportName } from "../../../lib/connection/config/transports.ts";
import { shrink } from "./schedule/shrink.ts";
import {
  type AnyStep,
  countFaults,
  type ScheduleOptions,
  type Threads,
} from "./schedule/strikes.ts";
import type { Violation } from "./check/violation.ts";

/** All that Deno has. */
export const TRANSPORTS: readonly TransportName[] = ["tcp", "ws", "native"];

/** How a run is made. */
export interface RunOptions<Setup extends string> {
  /** The seed of the first lane; each further one adds 1. */
  readonly seed: number;
  /** In all lanes together, at least. */
  readonly faults: number;
  readonly lanes: number;
  /** Which faults there are besides those of network and server. */
  readonly threads: Threads;
  /** `"all"`: the lanes take turns. */
  readonly transport: TransportName | "all";
  /** `"all"`: the lanes take turns. */
  readonly setup: Setup | "all";
  /** Only these steps, by their index. */
  readonly steps?: readonly number[];
}

/** Which way a lane goes. */
export interface LaneOptions<Setup extends string> {
  /** Part of the path, so that the server can tell lanes apart. */
  readonly name: string;
  readonly transport: TransportName;
  readonly setup: Setup;
  /** Whether each client has a worker of its own, which can be killed. */
  readonly worker: "shared" | "own";
}

/** What came of a lane, or of several. */
export interface LaneResult<Step, Count extends string> {
  readonly violations: readonly Violation[];
  /** Per step, in milliseconds. */
  readonly recoveries: readonly number[];
  readonly counts: Readonly<Record<Count, number>>;
  /** Of each client whose history was found wrong. */
  readonly evidence: readonly Evidence<Step>[];
}

/** A history that was found wrong, and the steps that led to it. */
export interface Evidence<Step> {
  readonly history: unknown;
  readonly steps: readonly Step[];
}

/** A schedule that failed, as short as could be found. */
export interface Failure<Step> {
  readonly schedule: readonly Step[];
  /** What was wrong in the whole schedule. */
  readonly violations: readonly Violation[];
  /** The command that repeats it. */
  readonly repeat: string;
  /** What was seen, per client whose history was found wrong. */
  readonly evidence: readonly Evidence<Step>[];
}

/** What came of a run. */
export interface RunResult<Step, Count extends string> {
  readonly faults: number;
  readonly total: LaneResult<Step, Count>;
  readonly failures: readonly Failure<Step>[];
}

/** What is different from lab to lab. */
export interface Lab<Setup extends string, Step, Count extends string> {
  /** The command that starts it, without its options. */
  readonly command: string;
  /** The names of what its lanes count. */
  readonly counts: readonly Count[];
  readonly setups: readonly Setup[];
  /** How often a part of a schedule is tried before it counts as harmless. */
  readonly tries: number;
  /** How many failures are shrunk; the schedules of others stay as they are. */
  readonly maxShrunk: number;
  /** Whose turn it is in a lane, of transports and setups; both lists begin anew. */
  turns(lane: number): Readonly<Record<"transport" | "setup", number>>;
  makeSchedule(options: ScheduleOptions): readonly Step[];
  runLane(
    steps: readonly Step[],
    lane: LaneOptions<Setup>,
  ): Promise<LaneResult<Step, Count>>;
}

/** How long a failure is shrunk, in milliseconds. */
const PATIENCE = 60_000;

/** Runs a schedule in each lane, all at once. */
export async function runLanes<
  Setup extends string,
  Step extends AnyStep,
  Count extends string,
>(
  lab: Lab<Setup, Step, Count>,
  options: RunOptions<Setup>,
): Promise<RunResult<Step, Count>> {
  using _channel = keepChannelOpen();
  const plans = planLanes(lab, options);
  const results = await Promise.all(
    plans.map(async (plan) => ({
      plan,
      result: await lab.runLane(plan.steps, plan.lane),
    })),
  );
  const failures: Failure<Step>[] = [];
  for (const { plan, result: { evidence, violations } } of results) {
    const [first] = evidence;
    if (first === undefined) continue;
    const schedule = failures.length < lab.maxShrunk
      ? await shrinkLane(lab, first.steps, plan.lane)
      : first.steps;
    const repeat = repeatCommand(lab.command, { plan, schedule, options });
    failures.push({ schedule, violations, repeat, evidence });
  }
  return {
    faults: plans.reduce((sum, { steps }) => sum + countFaults(steps), 0),
    total: addUp(lab.counts, results.map(({ result }) => result)),
    failures,
  };
}

/** Deno: a channel that opens as the last one closes cannot post. */
function keepChannelOpen(): Disposable {
  const channel = new BroadcastChannel(`lanes-${crypto.randomUUID()}`);
  return { [Symbol.dispose]: () => channel.close() };
}

/**
 * Adds results.
 *
 * @param counts The names of what they count.
 * @param results Any number of them.
 * @returns All of them as one.
 */
export function addUp<Step, Count extends string>(
  counts: readonly Count[],
  results: readonly LaneResult<Step, Count>[],
): LaneResult<Step, Count> {
  const sumOf = (name: Count) =>
    results.reduce((sum, { counts }) => sum + counts[name], 0);
  return {
    violations: results.flatMap(({ violations }) => violations),
    recoveries: results.flatMap(({ recoveries }) => recoveries),
    counts: Object.fromEntries(
      counts.map((name) => [name, sumOf(name)]),
    ) as Record<Count, number>,
    evidence: results.flatMap(({ evidence }) => evidence),
  };
}

/** What one lane does. */
interface Plan<Setup extends string, Step> {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** The index of each step in the whole schedule. */
  readonly chosen: readonly number[];
  readonly lane: LaneOptions<Setup>;
}

function planLanes<Setup extends string, Step, Count extends string>(
  lab: Lab<Setup, Step, Count>,
  options: RunOptions<Setup>,
): readonly Plan<Setup, Step>[] {
  const { threads, transport, setup } = options;
  const faults = faultsPerLane(options);
  return Array.from({ length: options.lanes }, (_, index) => {
    const seed = options.seed + index;
    const all = lab.makeSchedule({ seed, faults, threads });
    const chosen = options.steps ?? all.map((_, step) => step);
    const turns = lab.turns(index);
    return {
      seed,
      chosen,
      steps: chosen.flatMap((step) => all[step] ?? []),
      lane: {
        name: `seed-${seed}`,
        transport: transport === "all"
          ? turnOf(TRANSPORTS, turns.transport)
          : transport,
        setup: setup === "all" ? turnOf(lab.setups, turns.setup) : setup,
        worker: threads === "killed" ? "own" : "shared",
      },
    };
  });
}

function faultsPerLane(
  { faults, lanes }: Pick<RunOptions<string>, "faults" | "lanes">,
): number {
  return Math.ceil(faults / lanes);
}

function turnOf<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}

/** Writes the command that repeats a failure. */
function repeatCommand<Setup extends string, Step>(
  command: string,
  { plan, schedule, options }: {
    readonly plan: Plan<Setup, Step>;
    readonly schedule: readonly Step[];
    readonly options: RunOptions<Setup>;
  },
): string {
  const { seed, lane, steps, chosen } = plan;
  const indexes = schedule.map((step) => chosen[steps.indexOf(step)] ?? NaN);
  return `${command} --seed ${seed} --faults ${faultsPerLane(options)} ` +
    `--lanes 1 --transport ${lane.transport} --setup ${lane.setup} ` +
    `--threads ${options.threads} --steps ${indexes.join(",")}`;
}

async function shrinkLane<Setup extends string, Step, Count extends string>(
  lab: Lab<Setup, Step, Count>,
  steps: readonly Step[],
  lane: LaneOptions<Setup>,
): Promise<readonly Step[]> {
  const end = performance.now() + PATIENCE;
  let tries = 0;
  return await shrink(steps, async (part) => {
    for (let attempt = 0; attempt < lab.tries; attempt += 1) {
      if (performance.now() > end) return false;
      tries += 1;
      const name = `${lane.name}-${tries}`;
      const { violations } = await lab.runLane(part, { ...lane, name });
      if (violations.length > 0) return true;
    }
    return false;
  });
}
