/**
 * Many runs of one scenario: each policy, each seed.
 *
 * @module
 */

import { type Figures, figuresOf, medians } from "./figures.ts";
import type { Policy } from "./policies.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";

/** What came out for one policy. */
export interface Row {
  readonly policy: string;
  /** How many runs the medians are of. */
  readonly runs: number;
  readonly figures: Figures;
}

/** What is compared. */
export interface SurveyOptions {
  readonly policies: readonly Policy[];
  /** How many runs each policy has, with the seeds from 1. */
  readonly seeds: number;
  /** Called after each run. */
  readonly onRun?: () => void;
}

/** Tells how many runs a survey has. */
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

/** Where chance plays no part, one run tells all. */
function runsFor({ deterministic }: Policy, seeds: number): number {
  return deterministic ? 1 : seeds;
}
