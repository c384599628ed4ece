/** What a command left behind. */
export interface Outcome {
  readonly success: boolean;
  /** Both output streams, in order of arrival. */
  readonly output: string;
}

/** Milliseconds after which a command counts as hanging. */
const LIMIT = 780_000;

/** Milliseconds that output may lag behind the end of its command. */
const LAG = 1_000;

/** Runs the Deno that runs us, without a terminal. */
export async function deno(args: readonly string[]): Promise<Outcome> {
  const limit = AbortSignal.timeout(LIMIT);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    signal: limit,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const chunks: string[] = [];
  const ended = new AbortController();
  const gathered = Promise.allSettled([child.stdout, child.stderr].map(
    (stream) => gather(stream, chunks, ended.signal),
  ));
  const { success } = await child.status;
  // A process that a test left behind would hold the streams open for ever.
  const timer = setTimeout(() => ended.abort(), LAG);
  await gathered;
  clearTimeout(timer);
  if (ended.signal.aborted) chunks.push("\nA process was left behind\n");
  if (limit.aborted) chunks.push(`\nStopped after ${LIMIT / 1000} s\n`);
  return {
    success: success && !ended.signal.aborted,
    output: chunks.join(""),
  };
}

async function gather(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  chunks: string[],
  signal: AbortSignal,
): Promise<void> {
  const sink = new WritableStream<string>({
    write: (text) => void chunks.push(text),
  });
  await stream.pipeThrough(new TextDecoderStream()).pipeTo(sink, { signal });
}
