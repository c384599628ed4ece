/** The real machines and the real store, in all orders of what can happen. */

import { assert, assertEquals } from "@std/assert";
import { SMALL } from "./bounds.ts";
import { explore } from "./explore.ts";

let states = 0;

for (const { name, rules } of SMALL) {
  Deno.test(`clientTransition() and serverTransition() keep G1 to G7 with ${name}`, () => {
    const found = explore(rules);
    states += found.states;
    assertEquals(found.violation, undefined, found.path.join(" "));
    assert(found.depth > 10);
  });
}

Deno.test("explore() looks at more than 50,000 worlds", () => {
  // deno-lint-ignore no-console
  console.log(`model of sessions: ${states} states`);
  assert(states > 50_000, `${states}`);
});
