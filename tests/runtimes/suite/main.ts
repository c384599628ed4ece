/**
 * The common suite in a process.
 *
 * ```sh
 * node main.ts node 127.0.0.1:8080 figures
 * ```
 *
 * It prints a line of JSON for each case, and a last one, with the figures if they
 * are wanted.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import process from "node:process";
import { runSuite } from "./suite.ts";

const [, , runtime = "", host = "", purpose] = process.argv;
let failures = 0;
const run = {
  host,
  purpose: purpose === "figures" ? purpose : "cases",
} as const;
await runSuite(runtime, run, (line) => {
  if ("error" in line) failures += 1;
  console.log(JSON.stringify(line));
});
// A case that failed may have left something open. Otherwise nothing may be.
if (failures > 0) process.exit();
