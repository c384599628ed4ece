/**
 * Runs an example as its doc comment says.
 *
 * @module
 */

/** How a run ended. */
export interface Run {
  readonly success: boolean;
  readonly stdout: string;
}

/** An example that runs. */
export interface RunningExample extends AsyncDisposable {
  /** The lines of stdout, to be read once. */
  readonly lines: AsyncIterable<string>;
  readonly status: Promise<Deno.CommandStatus>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
}

/** How long an example may run, in milliseconds: far longer than it does. */
const LIMIT = 40_000;

/** Runs an example to its end. */
export async function runExample(
  name: string,
  ...args: readonly string[]
): Promise<Run> {
  await using example = startExample(name, ...args);
  let stdout = "";
  for await (const line of example.lines) stdout += `${line}\n`;
  const { success } = await example.status;
  return { success, stdout };
}

/** Starts an example; disposing it ends it. */
export function startExample(
  name: string,
  ...args: readonly string[]
): RunningExample {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions(name), `examples/${name}.ts`, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const status = child.status.finally(() => clearTimeout(limit));
  return {
    lines: linesOf(child.stdout),
    status,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await status;
    },
  };
}

/** The permissions that the doc comment names. */
function permissions(name: string): readonly string[] {
  const source = Deno.readTextFileSync(
    new URL(`../../examples/${name}.ts`, import.meta.url),
  );
  return /deno run (.*?)\s+examples/.exec(source)?.[1]?.split(" ") ?? [];
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
