/** Faults by a seed; `chaos.ts` causes more of them. */

import { assert, assertEquals } from "@std/assert";
import { requires } from "../../../../system/requirements.ts";
import { chaos } from "./chaos.ts";

Deno.test(
  "SessionServer on Redis loses, repeats and swaps nothing through 60 faults",
  requires("redis"),
  async () => {
    const { sent, violations } = await chaos(20_261_126, 60);
    assertEquals(violations, []);
    assert(sent > 500);
  },
);
