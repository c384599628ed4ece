/**
 * Explores larger worlds, which take minutes.
 *
 * ```sh
 * deno run tests/session/model/main.ts [part of a name]
 * deno run tests/session/model/main.ts --histories 100000 [first seed]
 * ```
 */

import { LARGE, SMALL } from "./bounds.ts";
import { explore } from "./explore.ts";
import { wander } from "./histories.ts";

let failures = 0;
if (Deno.args[0] === "--histories") {
  const [, count = "10000", from = "1"] = Deno.args;
  wanderFrom(Number(from), Number(count));
} else exploreAll(Deno.args[0] ?? "");
Deno.exit(failures > 0 ? 1 : 0);

function wanderFrom(first: number, count: number): void {
  let steps = 0;
  let faults = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const history = wander(seed);
    steps += history.steps;
    faults += history.faults;
    if (history.violation === undefined) continue;
    failures += 1;
    print(`seed ${seed}: ${history.violation}\n  ${history.path.join(" ")}`);
  }
  print(
    `${count} histories, ${steps} steps, ${faults} faults, ${failures} bad`,
  );
}

function exploreAll(part: string): void {
  for (const { name, rules } of [...SMALL, ...LARGE]) {
    if (!name.includes(part)) continue;
    const start = performance.now();
    const { states, transitions, depth, violation, path } = explore(rules);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const result = violation === undefined
      ? "no violation"
      : `VIOLATION: ${violation}\n  ${path.join(" ")}`;
    print(
      `${name}: ${states} states, ${transitions} transitions, depth ${depth}, ` +
        `${seconds} s: ${result}`,
    );
    if (violation !== undefined) failures += 1;
  }
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
