/**
 * A project of npm with the package, the runtimes and the common suite.
 *
 * @module
 */

import { makeTarball } from "../npm/tarball.ts";
import type { Purpose } from "../../tests/runtimes/suite/suite.ts";
import { RUNTIMES } from "./runtimes.ts";
import { readReport, type Report } from "./report.ts";
import { type Server, startServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const SUITE = new URL("../../tests/runtimes/suite/", import.meta.url);

/** Bundlers for Node. */
const BUNDLERS = ["esbuild@^0.28.0", "webpack@^5.113.0", "webpack-cli@^7.3.0"];

/** How long npm, or a runtime, may take, in milliseconds. */
const LIMIT = 300_000;

/** The project in a directory of its own, and a server; disposing it ends and deletes both. */
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
    const [server] = await Promise.all([
      startServer(),
      installPackage(directory),
      installRuntimes(`${directory}/runtimes`),
    ]);
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
    return from === undefined ? [Deno.execPath(), ...flags] : [
      `${this.directory}/runtimes/node_modules/${name}/${from.program}`,
      ...flags,
    ];
  }

  /**
   * Runs the suite in a runtime, with a server of its own: what another runtime
   * has a server do at the same time would make this one's late.
   */
  async run(name: string, purpose: Purpose = "cases"): Promise<Report> {
    const [program, ...flags] = this.command(name);
    const kind = RUNTIMES[name]?.kind ?? name;
    // Deno has the package from JSR, which gives it the sources.
    const cwd = kind === "deno" ? ROOT.pathname : this.directory;
    const suite = kind === "deno" ? SUITE.pathname : "suite/";
    const version = await execute(program, ["--version"], cwd);
    await using server = await startServer();
    const main = `${suite}main.ts`;
    const args = [...flags, main, kind, server.host, purpose];
    const output = await execute(program, args, cwd);
    return readReport(`${kind} ${/\d[\d.]+/.exec(version)?.[0]}`, output);
  }

  /** Runs a bundler in the project. */
  async bundle(
    bundler: "esbuild" | "webpack",
    ...args: readonly string[]
  ): Promise<void> {
    // Bundlers may want a newer Node than that of the machine.
    const [node = ""] = this.command("node24");
    const bin = `${this.directory}/runtimes/node_modules/.bin/${bundler}`;
    if (bundler === "esbuild") await this.execute(bin, args);
    else await this.execute(node, [await Deno.realPath(bin), ...args]);
  }

  /** Gives a URL of the server that echoes. */
  get echo(): string {
    return `ws://${this.#server.host}/echo?id=${crypto.randomUUID()}`;
  }

  /** Writes a file. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.directory}/${name}`, text);
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

/** Installs the package as npm gets it from JSR, and puts the suite beside it. */
async function installPackage(directory: string): Promise<void> {
  const tarball = await makeTarball(directory);
  await install(directory, `@holdfast/websocket@file:${tarball}`);
  await execute("cp", ["-r", SUITE.pathname, `${directory}/suite`], directory);
}

async function installRuntimes(directory: string): Promise<void> {
  const packages = Object.entries(RUNTIMES).flatMap(([name, { from }]) =>
    from === undefined ? [] : [`${name}@${from.package}`]
  );
  await install(directory, ...packages, ...BUNDLERS);
}

async function install(
  directory: string,
  ...packages: readonly string[]
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const manifest = JSON.stringify({ private: true, type: "module" });
  await Deno.writeTextFile(`${directory}/package.json`, manifest);
  const flags = ["--prefer-offline", "--no-audit", "--no-fund"];
  await execute("npm", ["install", ...flags, ...packages], directory);
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
