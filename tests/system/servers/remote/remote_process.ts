/**
 * The line to a fixture in a process of its own: one JSON text per line, commands
 * on its standard input, answers on its standard output. It ends when its input
 * ends, so it does not outlive the test, however that ends.
 *
 * @module
 */

import { readLines } from "./lines.ts";
import type { Channel, Receiver } from "./remote.ts";

/**
 * Starts a program.
 *
 * @param command The program and its arguments.
 * @param receiver Hears its answers, and its end.
 * @returns The line to it.
 */
export function openProcess<Command, Report>(
  command: readonly string[],
  receiver: Receiver<Report>,
): Channel<Command> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  let isRunning = true;
  const heard = (async () => {
    for await (const line of readLines(child.stdout)) {
      receiver.receive(JSON.parse(line));
    }
    const { code, signal } = await child.status;
    isRunning = false;
    receiver.fail(new Error(`${program} ended: ${signal ?? code}`));
  })();
  return {
    post(request) {
      const line = new TextEncoder().encode(JSON.stringify(request) + "\n");
      // A broken pipe is a process that ended, which `heard` tells.
      input.write(line).catch(() => {});
    },
    signal: (signal) => child.kill(signal),
    describe: () => describeProcess(child.pid),
    async [Symbol.asyncDispose]() {
      // SIGKILL ends a stopped process too.
      if (isRunning) child.kill("SIGKILL");
      await heard;
      await input.close().catch(() => {});
    },
  };
}

/** Whether it runs, or waits for something, and how much it has run (Linux). */
function describeProcess(pid: number): string {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[10]) + Number(fields[11]);
    return `its process is in state ${state}, after ${ticks / 100} s of CPU`;
  } catch {
    return "nothing is known of its process";
  }
}
