/**
 * The chaos lab with sessions, as a program.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import type { RunOptions } from "../run_lanes.ts";
import { printFailures, printRecoveries } from "../print.ts";
import { run, type STORES } from "./run.ts";
import type { SetupName } from "./setups.ts";

/** Runs it, and prints what came of it; says whether all went well. */
export async function report(
  options: RunOptions<SetupName>,
  { store, histories }: {
    readonly store: typeof STORES[number];
    /** Where to keep the histories that were found wrong, if at all. */
    readonly histories: string | undefined;
  },
): Promise<boolean> {
  const started = performance.now();
  const { faults, total, failures } = await run(options, store);
  const { counts } = total;
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `chaos with sessions in ${store}: seed ${options.seed}, ${faults} faults in ${
      seconds.toFixed(0)
    } s, ${counts.clients} clients, ${counts.serverDeaths} lives of servers, ` +
      `${counts.resumes} resumes, ${counts.lostSessions} lost sessions`,
  );
  console.log(
    `messages: ${counts.messages}, of these ${counts.redelivered} again and ` +
      `flagged; ${counts.reported} reported as lost; ${total.violations.length} violations`,
  );
  printRecoveries(total.recoveries);
  printFailures(failures, histories);
  return failures.length === 0;
}
