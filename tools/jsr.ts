/**
 * Checks and tests with the real `@std` packages in place of their stand-ins in
 * tools/std, for machines that reach JSR.
 *
 * ```sh
 * deno task jsr
 * ```
 *
 * @module
 */

import { withConfig } from "./gate/config.ts";

/** What @std does for servers and browsers, it does for the other tests, too. */
const FLAGS = [
  "--no-check",
  "--allow-all",
  "--parallel",
  "--ignore=tests/system",
];

if (import.meta.main) {
  const success = await withConfig(
    "jsr",
    ({ links: _, ...config }) => config,
    async (path) =>
      await run(["check", `--config=${path}`, "--no-lock", "."]) &&
      await run(["test", `--config=${path}`, "--no-lock", ...FLAGS]),
  );
  Deno.exitCode = success ? 0 : 1;
}

async function run(args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args })
    .spawn().status;
  return success;
}
