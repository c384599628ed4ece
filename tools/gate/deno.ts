import { delay } from "@std/async";

/** What a command left behind. */
export interface Outcome {
  readonly success: boolean;
  /** Both output streams, in order of arrival. */
  readonly output: string;
}

/** How a command is run; times are in milliseconds. */
export interface DenoOptions {
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How long the command may take.
   *
   * @default {780_000}
   */
  readonly limit?: number;
  /**
   * How long it may print nothing.
   *
   * @default {150_000}
   */
  readonly silence?: number;
  /** Called once half of `silence` has passed, with the last line of the output. */
  readonly onSilence?: (lastLine: string) => void;
}

/** Milliseconds that output may lag behind the end of its command. */
const LAG = 1_000;

/** The process groups that run now, by the id of their first process. */
const groups = new Set<number>();
/** How many commands there are, with one that is about to start. */
let running = 0;

/**
 * Runs the Deno that runs us, without a terminal, in a process group of its own,
 * so that nothing that it started outlives it.
 */
export async function deno(
  args: readonly string[],
  options: DenoOptions = {},
): Promise<Outcome> {
  // Before it starts: a Ctrl-C just behind it would leave it running.
  listen();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...options.env, NO_COLOR: "1" },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  groups.add(child.pid);
  const chunks: string[] = [];
  const watch = new Watch(options, {
    stop: (signal) => kill(child.pid, signal),
    lastLine: () => chunks.join("").trimEnd().split("\n").at(-1) ?? "",
  });
  const ended = new AbortController();
  const gathered = Promise.allSettled([child.stdout, child.stderr].map(
    (stream) =>
      gather(stream, ended.signal, (text) => {
        watch.heard();
        chunks.push(text);
      }),
  ));
  const { success } = await child.status;
  watch.end();
  // A process that a test left behind would hold the streams open for ever.
  const timer = setTimeout(() => ended.abort(), LAG);
  await gathered;
  clearTimeout(timer);
  if (ended.signal.aborted) chunks.push("\nA process was left behind\n");
  if (watch.reason !== undefined) chunks.push(`\n${watch.reason}\n`);
  discharge(child.pid);
  return {
    success: success && !ended.signal.aborted,
    output: chunks.join(""),
  };
}

type Timer = ReturnType<typeof setTimeout>;

interface Watched {
  readonly stop: (signal: Deno.Signal) => void;
  readonly lastLine: () => string;
}

/** Stops a command that takes too long, or that prints nothing for too long. */
class Watch {
  readonly #silence: number;
  readonly #onSilence: (lastLine: string) => void;
  readonly #watched: Watched;
  readonly #limit: Timer;
  #quiet: readonly Timer[] = [];
  #last: Timer | undefined;
  /** Why the command was stopped. */
  reason: string | undefined;

  constructor(
    { limit = 780_000, silence = 150_000, onSilence = () => {} }: DenoOptions,
    watched: Watched,
  ) {
    this.#silence = silence;
    this.#onSilence = onSilence;
    this.#watched = watched;
    this.#limit = this.#stopIn(limit, "Stopped after");
    this.heard();
  }

  heard(): void {
    for (const timer of this.#quiet) clearTimeout(timer);
    this.#quiet = [
      setTimeout(
        () => this.#onSilence(this.#watched.lastLine()),
        this.#silence / 2,
      ),
      this.#stopIn(this.#silence, "Stopped, silent for"),
    ];
  }

  end(): void {
    for (const timer of [this.#limit, this.#last, ...this.#quiet]) {
      clearTimeout(timer);
    }
  }

  #stopIn(delay: number, what: string): Timer {
    return setTimeout(() => {
      this.reason ??= `${what} ${delay / 1_000} s`;
      // A runner of tests ends its own groups.
      this.#watched.stop("SIGTERM");
      this.#last ??= setTimeout(() => this.#watched.stop("SIGKILL"), LAG);
    }, delay);
  }
}

async function gather(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  hear: (text: string) => void,
): Promise<void> {
  const sink = new WritableStream<string>({ write: hear });
  await stream.pipeThrough(new TextDecoderStream()).pipeTo(sink, { signal });
}

/** A terminal's Ctrl-C reaches this process only, so it is passed on. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** From the first command on. */
function listen(): void {
  running += 1;
  if (running > 1) return;
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stopAll);
}

/** Ends what is left of a group. */
function discharge(group: number): void {
  kill(group, "SIGKILL");
  groups.delete(group);
  running -= 1;
  if (running > 0) return;
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stopAll);
}

async function stopAll(): Promise<void> {
  for (const group of groups) kill(group, "SIGTERM");
  // A program with a listener of its own may go on all the same.
  await delay(LAG);
  for (const group of groups) kill(group, "SIGKILL");
  Deno.exit(130);
}

function kill(group: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-group, signal);
  } catch (error) {
    // Nothing of it is left.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
