/**
 * The process of the server, which is killed and started again.
 *
 * @module
 */

/** A server on a file that outlives it. */
export class ServerProcess implements AsyncDisposable {
  readonly #folder: string;
  #process: Deno.ChildProcess;
  #port: number;

  private constructor(
    folder: string,
    { process, port }: Awaited<ReturnType<typeof spawn>>,
  ) {
    this.#folder = folder;
    this.#process = process;
    this.#port = port;
  }

  /** Starts a server on a new file. */
  static async start(): Promise<ServerProcess> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-session-" });
    return new ServerProcess(folder, await spawn(folder));
  }

  /** Where it listens. */
  get port(): number {
    return this.#port;
  }

  /** Kills it, so that it can finish nothing. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Starts another process on the same file; resolves to its port. */
  async restart(): Promise<number> {
    const { process, port } = await spawn(this.#folder);
    this.#process = process;
    this.#port = port;
    return port;
  }

  /** Kills it, and removes its file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function spawn(
  folder: string,
): Promise<{ readonly process: Deno.ChildProcess; readonly port: number }> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-net=127.0.0.1",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      new URL("./server.ts", import.meta.url).href,
      `${folder}/sessions.db`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return { process, port: Number(await firstLine(process.stdout)) };
}

async function firstLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let text = "";
  const chunks = stream.pipeThrough(new TextDecoderStream());
  for await (const chunk of chunks) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.trim();
}
