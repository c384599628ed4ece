/**
 * Measures one client in one scenario, in a process that does nothing else.
 *
 * ```sh
 * deno run --allow-all tests/bench/client.ts <scenario> <subject> <place as JSON>
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { load, SUBJECTS } from "./harness/subjects.ts";
import { SCENARIOS } from "./scenarios.ts";

if (import.meta.main) {
  const [name, wanted, place = "{}"] = Deno.args;
  const scenario = SCENARIOS.find((each) => each.name === name);
  const subject = SUBJECTS.find((each) => each === wanted);
  if (scenario === undefined || subject === undefined) {
    throw new TypeError(`There is no ${name} of ${wanted}`);
  }
  const figures = await scenario.measure(
    await load(subject),
    JSON.parse(place),
  );
  console.log(JSON.stringify(figures));
  // Servers that are slow to answer a close frame shall not hold us up.
  Deno.exit();
}
