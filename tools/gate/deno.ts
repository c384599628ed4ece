/** What a command left behind. */
export interface Outcome {
  readonly success: boolean;
  /** Both output streams, in order of arrival. */
  readonly output: string;
}

/** Milliseconds after which a command counts as hanging. */
const LIMIT = 780_000;

/** Milliseconds without a word after which it counts as hanging, too. */
const SILENCE = 150_000;

/** Milliseconds that output may lag behind the end of its command. */
const LAG = 1_000;

/** Runs the Deno that runs us, without a terminal. */
export async function deno(args: readonly string[]): Promise<Outcome> {
  const watch = new Watch();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    signal: watch.signal,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const chunks: string[] = [];
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
  if (watch.signal.aborted) chunks.push(`\n${watch.signal.reason}\n`);
  return {
    success: success && !ended.signal.aborted,
    output: chunks.join(""),
  };
}

/** Aborts a command that takes too long, or that has fallen silent. */
class Watch {
  readonly #stop = new AbortController();
  readonly #limit = this.#in(LIMIT, "Stopped after");
  #silence = this.#in(SILENCE, "Stopped, silent for");

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  heard(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#in(SILENCE, "Stopped, silent for");
  }

  end(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#silence);
  }

  #in(delay: number, what: string): ReturnType<typeof setTimeout> {
    const reason = `${what} ${delay / 1_000} s`;
    return setTimeout(() => this.#stop.abort(reason), delay);
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
