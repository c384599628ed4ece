/**
 * Explores larger worlds, which take minutes.
 *
 * ```sh
 * deno run tests/session/model/main.ts [part of a name]
 * ```
 */

import { LARGE, SMALL } from "./bounds.ts";
import { explore } from "./explore.ts";

const [part = ""] = Deno.args;
let failures = 0;
for (const { name, rules } of [...SMALL, ...LARGE]) {
  if (!name.includes(part)) continue;
  const start = performance.now();
  const { states, transitions, depth, violation, path } = explore(rules);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const result = violation === undefined
    ? "no violation"
    : `VIOLATION: ${violation}\n  ${path.join(" ")}`;
  // deno-lint-ignore no-console
  console.log(
    `${name}: ${states} states, ${transitions} transitions, depth ${depth}, ` +
      `${seconds} s: ${result}`,
  );
  if (violation !== undefined) failures += 1;
}
Deno.exit(failures > 0 ? 1 : 0);
