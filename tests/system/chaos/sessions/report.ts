/**
 * The chaos lab with sessions, as a program.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { repeatCommand, run, type RunOptions } from "./run.ts";

/** Runs it, and prints what came of it; says whether all went well. */
export async function report(options: RunOptions): Promise<boolean> {
  const started = performance.now();
  const { faults, total, failures } = await run(options);
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `chaos with sessions: seed ${options.seed}, ${faults} faults in ${
      seconds.toFixed(0)
    } s, ${total.clients} clients, ${total.serverDeaths} lives of servers, ` +
      `${total.resumes} resumes, ${total.lostSessions} lost sessions`,
  );
  console.log(
    `messages: ${total.messages}, of these ${total.redelivered} again and ` +
      `flagged; ${total.told} told as lost; ${total.violations.length} violations`,
  );
  const times = total.recoveries.toSorted((a, b) => a - b);
  const at = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))]
      ?.toFixed(0);
  console.log(
    `recovery: median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
  );
  for (const failure of failures) {
    for (const { rule, detail } of failure.result.violations.slice(0, 10)) {
      console.log(`violation: ${rule}: ${detail}`);
    }
    console.log(JSON.stringify(failure.schedule));
    console.log(`repeat: ${repeatCommand(failure, options)}`);
  }
  return failures.length === 0;
}
