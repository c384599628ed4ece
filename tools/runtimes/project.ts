/**
 * A project of npm with the package, the runtimes and the common suite.
 *
 * @module
 */

import { makeTarball } from "../npm/tarball.ts";
import { RUNTIMES } from "./runtimes.ts";
import { readReport, type Report } from "./report.ts";
import { type Server, startServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const SUITE = new URL("../../tests/runtimes/suite/", import.meta.url);

/** How long npm, or a runtime, may take, in milliseconds. */
const LIMIT = 300_000;

/** The project in a directory of its own, and the server; disposing it ends and deletes both. */
export class RuntimesProject implements AsyncDisposable {
  /** The directory. */
  readonly directory: string;
  readonly #server: Server;

  private constructor(directory: string, server: Server) {
    this.directory = directory;
    this.#server = server;
  }

  /** Installs the package and all runtimes. */
  static async create(): Promise<RuntimesProject> {
    await using undo = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
    undo.defer(() => Deno.remove(directory, { recursive: true }));
    const tarball = await makeTarball(directory);
    const runtimes = Object.entries(RUNTIMES).flatMap(([name, { from }]) =>
      from === undefined ? [] : [`${name}@${from.package}`]
    );
    await Deno.writeTextFile(
      `${directory}/package.json`,
      JSON.stringify({ private: true, type: "module" }),
    );
    await execute("npm", [
      ...["install", "--prefer-offline", "--no-audit", "--no-fund"],
      `@holdfast/websocket@file:${tarball}`,
      ...runtimes,
    ], directory);
    await execute(
      "cp",
      ["-r", SUITE.pathname, `${directory}/suite`],
      directory,
    );
    const server = await startServer();
    undo.use(server);
    const project = new RuntimesProject(directory, server);
    undo.move();
    return project;
  }

  /** Gives the program of a runtime, and what stands before a script. */
  command(name: string): readonly [program: string, ...flags: string[]] {
    const runtime = RUNTIMES[name];
    if (runtime === undefined) {
      const known = Object.keys(RUNTIMES).join(", ");
      throw new TypeError(`Unknown runtime "${name}"; known are ${known}`);
    }
    const { from, flags } = runtime;
    return from === undefined
      ? [Deno.execPath(), ...flags]
      : [`${this.directory}/node_modules/${name}/${from.program}`, ...flags];
  }

  /** Runs the suite in a runtime. */
  async run(name: string): Promise<Report> {
    const [program, ...flags] = this.command(name);
    const kind = RUNTIMES[name]?.kind ?? name;
    // Deno has the package from JSR, which gives it the sources.
    const cwd = kind === "deno" ? ROOT.pathname : this.directory;
    const suite = kind === "deno" ? SUITE.pathname : "suite/";
    const version = await execute(program, ["--version"], cwd);
    const args = [...flags, `${suite}main.ts`, kind, this.#server.host];
    const output = await execute(program, args, cwd);
    return readReport(`${kind} ${/\d[\d.]+/.exec(version)?.[0]}`, output);
  }

  /** Runs a program in the project, and gives what it printed. */
  execute(program: string, args: readonly string[]): Promise<string> {
    return execute(program, args, this.directory);
  }

  /** Ends the server, and deletes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Runs a program to its end, and gives what it printed. */
async function execute(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    signal: AbortSignal.timeout(LIMIT),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (success) return text;
  throw new Error(
    `${program} ${args.join(" ")} failed:\n${text}\n${decoder.decode(stderr)}`,
  );
}
