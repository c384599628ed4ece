/**
 * What the nodes have seen, in one file: a line that is appended in one write
 * stays in its place, and survives its writer.
 *
 * @module
 */

/** How often the file is read, in milliseconds. */
const INTERVAL = 50;

/** A file to which the nodes append lines. */
export class HandledLog implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/handled.log`;
  }

  /** Makes an empty file in a folder of its own. */
  static async create(): Promise<HandledLog> {
    const log = new HandledLog(
      await Deno.makeTempDir({ prefix: "holdfast-nodes-" }),
    );
    await Deno.writeTextFile(log.path, "");
    return log;
  }

  /** Calls a function with each line, until it is disposed. */
  follow(onLine: (line: string) => void): Disposable {
    const file = Deno.openSync(this.path);
    const chunk = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let rest = "";
    const read = () => {
      for (let size = file.readSync(chunk); size; size = file.readSync(chunk)) {
        const text = decoder.decode(chunk.subarray(0, size), { stream: true });
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      }
    };
    const timer = setInterval(read, INTERVAL);
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
        file.close();
      },
    };
  }

  /** Removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
