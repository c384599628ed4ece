/** What each rule of the protocol is for: without it, the checker finds a fault. */

import { assertMatch } from "@std/assert";
import { explore } from "./explore.ts";
import { rulesOf } from "./rules.ts";
import type { Budget, Mutant } from "./world.ts";

const MUTANTS: readonly {
  readonly mutant: Mutant;
  readonly budget: Partial<Budget>;
  readonly violation: RegExp;
}[] = [
  {
    mutant: "no attempt number",
    budget: { pushes: 1, cuts: 2 },
    violation: /held elsewhere/,
  },
  {
    mutant: "no claim",
    budget: { sends: 1, cuts: 1 },
    violation: /handled twice and not flagged/,
  },
  {
    mutant: "no fence",
    budget: { sends: 1, cuts: 1 },
    violation: /handled twice and not flagged/,
  },
  {
    mutant: "one token slot",
    budget: { cuts: 2 },
    violation: /lost \(superseded\) and lives/,
  },
  {
    mutant: "no generations",
    budget: { pushes: 3, rollbacks: 1 },
    violation: /server message \d is lost, and nothing is reported/,
  },
  {
    mutant: "no uncertainty",
    budget: { sends: 1, rollbacks: 1 },
    violation: /handled twice and not flagged/,
  },
];

for (const { mutant, budget, violation } of MUTANTS) {
  Deno.test(`violationIn() finds what ${mutant} breaks`, () => {
    const found = explore(rulesOf(budget, { mutant }));
    assertMatch(found.violation ?? "", violation);
  });
}
