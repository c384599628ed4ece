/** Hostile clients by a seed; `fuzz.ts` runs more of them. */

import { assert } from "@std/assert";
import { fuzz } from "./fuzz.ts";

Deno.test("SessionServer keeps its bounds through 4,000 hostile frames", async () => {
  const { connections, closed, handled } = await fuzz(20_261_126, 4_000);
  assert(connections > 100, `${connections} connections`);
  assert(handled > 200, `${handled} messages`);
  for (const code of [1000, 4400, 4409, 4413]) assert(closed[code], `${code}`);
});
