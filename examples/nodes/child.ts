/**
 * Processes that end with this one, even if it is killed with SIGKILL.
 *
 * @module
 */

/** A child with a pipe in each direction. */
export type Child = Deno.ChildProcess;

/** What `setpriv` ends with where there is no such program. */
export const NOT_FOUND = 127;

/** The kernel of Linux kills what it starts when this process is gone. */
const SETPRIV = ["setpriv", "--pdeathsig", "KILL", "--"];

const BEFORE: readonly string[] = succeeds([...SETPRIV, "true"]) ? SETPRIV : [];

/**
 * Starts a program, which is killed when this process is gone, even while SIGSTOP
 * has stopped it. Without `setpriv` of util-linux it only loses its stdin.
 *
 * @throws {Deno.errors.NotFound} There is no such program. With `setpriv`, the
 * process ends with `NOT_FOUND` instead.
 */
export function spawn(
  program: string,
  args: readonly string[],
  stderr: "inherit" | "null",
): Child {
  const [first = program, ...rest] = [...BEFORE, program, ...args];
  return new Deno.Command(first, {
    args: rest,
    ...{ stdin: "piped", stdout: "piped", stderr },
    // Ctrl-C is for the process that starts it.
    detached: true,
  }).spawn();
}

function succeeds([program = "", ...args]: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args }).outputSync().success;
  } catch {
    return false;
  }
}
