/**
 * Projects that npm installs, with this package in them, and the programs of
 * their tools.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

const CONFIGURATION = new URL("deno.json", ROOT);

/** Where Vite's development server says that it listens. */
const LOCAL_URL = /http:\/\/127\.0\.0\.1:\d+\//;

/**
 * How long npm and the tools may take, in milliseconds: it ends what hangs. A
 * build of 17 s of processor time took 203 s on a machine with much else to do.
 */
const LIMIT = 300_000;

/** What is in a project. */
export interface ProjectFiles {
  /** Packages of npm and their versions. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The tarball of this package; without it, its sources. */
  readonly tarball?: string;
}

/** A directory with installed packages; disposing it deletes the directory. */
export class NpmProject implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes the files and installs the packages. */
  static async create(
    { dependencies, files, tarball }: ProjectFiles,
  ): Promise<NpmProject> {
    const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
    const project = new NpmProject(directory);
    await using undo = new AsyncDisposableStack();
    undo.use(project);
    const manifest = {
      private: true,
      type: "module",
      dependencies: {
        ...tarball === undefined
          ? await packageDependencies()
          : { "@holdfast/websocket": `file:${tarball}` },
        ...dependencies,
      },
    };
    await project.write("package.json", JSON.stringify(manifest));
    for (const [path, text] of Object.entries(files)) {
      await project.write(path, text);
    }
    await project.#execute("npm", INSTALL);
    if (tarball === undefined) await project.#installPackage();
    undo.move();
    return project;
  }

  /** Writes a file. */
  async write(path: string, text: string): Promise<void> {
    const file = `${this.directory}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }

  /** Runs a tool of the project until it ends. */
  run(tool: string, ...args: readonly string[]): Promise<void> {
    return this.#execute(`${this.directory}/node_modules/.bin/${tool}`, args);
  }

  /** Starts Vite's development server. */
  async startVite(config: string): Promise<DevelopmentServer> {
    const vite = new Deno.Command(`${this.directory}/node_modules/.bin/vite`, {
      args: ["--host=127.0.0.1", `--config=${config}`],
      cwd: this.directory,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = vite.stdout.pipeThrough(new TextDecoderStream());
    const url = Promise.withResolvers<string>();
    const reading = findUrl(output, url);
    const stop = async () => {
      vite.kill("SIGTERM");
      await vite.status;
      await reading;
    };
    const timer = setTimeout(
      () => url.reject(new Error("Vite does not say where it listens")),
      LIMIT,
    );
    try {
      return { url: await url.promise, [Symbol.asyncDispose]: stop };
    } catch (error) {
      await stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Deletes the directory. */
  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.directory, { recursive: true });
  }

  async #installPackage(): Promise<void> {
    const target = `${this.directory}/node_modules/@holdfast/websocket`;
    const manifest = {
      name: "@holdfast/websocket",
      type: "module",
      exports: {
        ".": "./mod.ts",
        "./in-thread": "./lib/client/in_thread.ts",
        "./server": "./lib/server/mod.ts",
        "./worker": "./worker.ts",
      },
    };
    await Deno.mkdir(target, { recursive: true });
    await Deno.writeTextFile(
      `${target}/package.json`,
      JSON.stringify(manifest),
    );
    for (const name of ["mod.ts", "worker.ts", "lib"]) {
      await this.#execute("cp", ["-r", new URL(name, ROOT).pathname, target]);
    }
  }

  async #execute(program: string, args: readonly string[]): Promise<void> {
    const limit = AbortSignal.timeout(LIMIT);
    const { success, code, signal, stdout, stderr } = await new Deno.Command(
      program,
      { args: [...args], cwd: this.directory, signal: limit },
    ).output();
    if (success) return;
    const cause = limit.aborted ? `, stopped after ${LIMIT} ms` : "";
    const decoder = new TextDecoder();
    throw new Error(
      `${program} failed: exit code ${code}, signal ${signal}${cause}
Standard output: ${decoder.decode(stdout)}
Standard error: ${decoder.decode(stderr)}`,
    );
  }
}

const INSTALL = [
  "install",
  "--prefer-offline",
  "--silent",
  "--no-audit",
  "--no-fund",
];

/** What npm would install along with this package. */
async function packageDependencies(): Promise<Record<string, string>> {
  const { imports } = JSON.parse(await Deno.readTextFile(CONFIGURATION));
  const sources = await readSources(new URL("lib/", ROOT));
  const versions: Record<string, string> = {};
  for (const [name, target] of Object.entries<string>(imports)) {
    const isUsed = new RegExp(`^(?! \\*).*"${name}"`, "m").test(sources);
    if (!isUsed || !target.startsWith("npm:")) continue;
    versions[name] = target.slice(target.lastIndexOf("@") + 1);
  }
  return versions;
}

async function readSources(directory: URL): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    text += isDirectory
      ? await readSources(new URL(`${name}/`, directory))
      : await Deno.readTextFile(new URL(name, directory));
  }
  return text;
}

/** Vite's development server; disposing it ends the process. */
export interface DevelopmentServer extends AsyncDisposable {
  readonly url: string;
}

/** Reads to the end, so that the process can write. */
async function findUrl(
  output: ReadableStream<string>,
  found: PromiseWithResolvers<string>,
): Promise<void> {
  let text = "";
  for await (const chunk of output) {
    text += chunk;
    const [url] = LOCAL_URL.exec(text) ?? [];
    if (url !== undefined) found.resolve(url);
  }
  found.reject(new Error(`Vite ended: ${text}`));
}
