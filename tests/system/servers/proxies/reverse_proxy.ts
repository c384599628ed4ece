/**
 * A reverse proxy that somebody else wrote, as a child process.
 *
 * @module
 */

import { findUnusedPort, waitForListener } from "../tcp/unused_port.ts";

/** How long a proxy may take to listen, in milliseconds. */
const START_LIMIT = 10_000;

/** How often another port is tried, where someone else was faster. */
const START_ATTEMPTS = 5;

/** What tells one proxy program from another. */
export interface ReverseProxyProgram {
  /**
   * Writes the configuration.
   *
   * @param place The port to listen on and a directory for its files.
   */
  readonly configure: (place: {
    readonly port: number;
    readonly directory: string;
  }) => string;
  /**
   * Makes the command line.
   *
   * @param file The path of the configuration.
   */
  readonly command: (file: string) => readonly string[];
}

/** How a proxy speaks TLS; all is PEM. */
export interface ProxyTls {
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Only clients with a certificate of this authority may connect. */
  readonly authority?: string;
}

/** A running reverse proxy; disposing it ends it. */
export interface ReverseProxy extends AsyncDisposable {
  readonly port: number;
  /** Its URL, without a path. */
  readonly url: string;
}

/**
 * Starts a reverse proxy on a loopback port that is unused.
 *
 * @param program Which one, and how.
 * @returns The proxy, listening.
 * @throws {Error} If it does not listen within 10 seconds.
 */
export async function startReverseProxy(
  program: ReverseProxyProgram,
): Promise<ReverseProxy> {
  for (let attempt = 1;; attempt++) {
    const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
    try {
      return await startOnce(program, directory);
    } catch (error) {
      await Deno.remove(directory, { recursive: true });
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(
  program: ReverseProxyProgram,
  directory: string,
): Promise<ReverseProxy> {
  const port = findUnusedPort();
  const file = `${directory}/configuration`;
  await Deno.writeTextFile(file, program.configure({ port, directory }));
  const child = spawn(program.command(file));
  try {
    await waitUntilReady(child, port);
  } catch (error) {
    await end(child);
    throw error;
  }
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await end(child);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** The kernel ends the child with its parent, however that ends. */
function spawn(command: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", ...command],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function waitUntilReady(
  child: Deno.ChildProcess,
  port: number,
): Promise<void> {
  const waiting = new AbortController();
  const timer = setTimeout(() => {
    waiting.abort(new Error(`Nobody listens on port ${port}`));
  }, START_LIMIT);
  child.status.then(({ code, signal }) => {
    waiting.abort(new Error(`The proxy ended: ${signal ?? code}`));
  });
  try {
    await waitForListener(port, waiting.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
}
