/**
 * Runs the jobs of a plan, and says how each ended as soon as it has.
 *
 * @module
 */

import { deno, type DenoOptions } from "../gate/deno.ts";
import { readSummary, type Tally } from "../gate/summary.ts";
import type { Job, Phase } from "./plan.ts";

/** How a job ended. */
export interface Outcome {
  readonly name: string;
  readonly success: boolean;
  readonly output: string;
  readonly tally: Tally;
  readonly seconds: number;
}

/** What is called while jobs run. */
export interface Observer {
  readonly onPhase: (phase: Phase) => void;
  readonly onEnd: (outcome: Outcome) => void;
  /** A job has printed nothing for long; it is stopped if it goes on so. */
  readonly onSilence: (name: string, lastLine: string) => void;
}

/** The flags of each run of `deno test`. */
export const FLAGS = [
  "--no-check",
  "--allow-all",
  "--trace-leaks",
] as const;

/** Runs one phase after the other, and gives how each job ended. */
export async function run(
  phases: readonly Phase[],
  observer: Observer,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const phase of phases) {
    if (phase.chains.length + phase.background.length === 0) continue;
    observer.onPhase(phase);
    const runChain = async (chain: readonly Job[], options: DenoOptions) => {
      for (const job of chain) {
        const outcome = await runJob(job, options, observer);
        outcomes.push(outcome);
        observer.onEnd(outcome);
      }
    };
    const laneOf = (lane: number) => ({
      env: { [LANE]: `${lane + 1}/${phase.lanes + 1}` },
    });
    const chains = phase.chains.values();
    const lanes = Array.from({ length: phase.lanes }, async (_, lane) => {
      // The lanes share one iterator, so each chain is taken once.
      for (const chain of chains) await runChain(chain, laneOf(lane));
    });
    const beside = runChain(phase.background, laneOf(phase.lanes));
    await Promise.all([...lanes, beside]);
  }
  return outcomes;
}

/** Tells fixtures which part of the ports is theirs, as `2/4`. */
const LANE = "HOLDFAST_TEST_LANE";

async function runJob(
  { name, files, flags = [] }: Job,
  options: DenoOptions,
  { onSilence }: Observer,
): Promise<Outcome> {
  const started = performance.now();
  const { success, output } = await deno(
    ["test", ...FLAGS, ...flags, ...files],
    { ...options, onSilence: (lastLine) => onSilence(name, lastLine) },
  );
  const tally = readSummary(output);
  const failed = success ? tally.failed : Math.max(tally.failed, 1);
  return {
    name,
    success: failed === 0,
    output,
    tally: { ...tally, failed },
    seconds: (performance.now() - started) / 1_000,
  };
}
