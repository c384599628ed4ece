/** The common suite in a page of each browser. */

import { assertEquals } from "@std/assert";
import { visit } from "../../../tools/runtimes/pages.ts";
import { BROWSERS } from "./pages/browser_process.ts";
import { requires } from "../requirements.ts";

for (const browser of BROWSERS) {
  Deno.test(
    `the common suite passes in a page of ${browser}`,
    requires(browser),
    async () => {
      const { version, passed, failures } = await visit(browser);
      // deno-lint-ignore no-console
      console.log(
        `${version}: ${passed.length} passed, ${failures.length} failed`,
      );
      assertEquals(failures, []);
    },
  );
}
