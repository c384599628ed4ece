import { assert, assertEquals } from "@std/assert";
import { wander } from "./histories.ts";

const HISTORIES = 400;

Deno.test("clientTransition() and serverTransition() keep G1 to G7 in 400 long histories", () => {
  let faults = 0;
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const history = wander(seed);
    faults += history.faults;
    const where = `seed ${seed}: ${history.path.slice(-40).join(" ")}`;
    assertEquals(history.violation, undefined, where);
  }
  assert(faults > HISTORIES, `${faults} faults`);
});
