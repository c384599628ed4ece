/**
 * Runs the common suite of `tests/runtimes/` in Deno, in Node and Bun with the
 * package as npm gets it from JSR, and in pages. npm has the runtimes, and Debian
 * the browsers.
 *
 * ```sh
 * deno task runtimes
 * deno task runtimes node24 bun firefox
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { visit } from "./runtimes/pages.ts";
import { RuntimesProject } from "./runtimes/project.ts";
import { BROWSERS } from "../tests/system/browser/pages/browser_process.ts";
import { RUNTIMES } from "./runtimes/runtimes.ts";

if (import.meta.main) {
  const all = [...Object.keys(RUNTIMES), ...BROWSERS];
  const names = Deno.args.length > 0 ? Deno.args : all;
  await using project = await RuntimesProject.create();
  const rows: string[] = [];
  for (const name of names) {
    const browser = BROWSERS.find((each) => each === name);
    const { version, passed, failures, figures } = browser === undefined
      ? await project.run(name, "figures")
      : await visit(browser, "figures");
    for (const { name, error } of failures) console.log(`\n${name}\n${error}`);
    const { length } = failures;
    console.log(`${version}: ${passed.length} passed, ${length} failed`);
    if (length > 0) Deno.exitCode = 1;
    const { heartbeatGap, firstOpen, roundTrip } = figures ?? {};
    const [gap, open, trip] = [heartbeatGap, firstOpen, roundTrip];
    rows.push(
      `| ${version} | ${ms(gap, 0)} | ${ms(open, 0)} | ${ms(trip, 2)} |`,
    );
  }
  console.log("\n| runtime | heartbeat gap | first open | round trip |");
  console.log(`| --- | --- | --- | --- |\n${rows.join("\n")}`);
}

function ms(value: number | undefined, digits: number): string {
  return value === undefined ? "" : `${value.toFixed(digits)} ms`;
}
