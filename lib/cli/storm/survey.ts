/**
 * Runs one scenario for each policy and each seed.
 *
 * @module
 */

import { type Figures, figuresOf, medians } from "./figures.ts";
import type { Policy } from "./policies.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";

/** The result of one policy. */
export interface Row {
  readonly policy: string;
  /** The number of runs behind the medians. */
  readonly runs: number;
  readonly figures: Figures;
}

/** What to compare. */
export interface SurveyOptions {
  readonly policies: readonly Policy[];
  /** How many runs each policy has, with the seeds from 1. */
  readonly seeds: number;
  /** Called after each run. */
  readonly onRun?: () => void;
}

/** Gives the number of runs of a survey. */
export function runsOf({ policies, seeds }: SurveyOptions): number {
  return policies.reduce((sum, policy) => sum + runsFor(policy, seeds), 0);
}

/** Runs a scenario for each policy and takes the medians. */
export function survey(
  scenario: Scenario,
  { policies, seeds, onRun = () => {} }: SurveyOptions,
): readonly Row[] {
  return policies.map((policy) => {
    const runs = runsFor(policy, seeds);
    const figures = Array.from({ length: runs }, (_, index) => {
      const counts = simulate(scenario, { policy, seed: index + 1 });
      onRun();
      return figuresOf(scenario, counts);
    });
    return { policy: policy.name, runs, figures: medians(figures) };
  });
}

/** Without randomness one run is enough. */
function runsFor({ deterministic }: Policy, seeds: number): number {
  return deterministic ? 1 : seeds;
}
