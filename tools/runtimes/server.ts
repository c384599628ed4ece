/**
 * The server of the common suite.
 *
 * @module
 */

const SERVER = new URL("../../tests/runtimes/server.ts", import.meta.url);

/** A server in a process of its own; disposing it ends the process. */
export interface Server extends AsyncDisposable {
  /** Host and port. */
  readonly host: string;
}

/** Starts the server. */
export async function startServer(): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", SERVER.href],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    host: value.trim(),
    async [Symbol.asyncDispose]() {
      // It ends with its standard input.
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}
