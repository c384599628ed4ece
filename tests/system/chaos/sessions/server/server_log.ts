/**
 * The file into which servers write what they see. Their deaths leave it whole.
 *
 * @module
 */

import { delay } from "@std/async";
import { type Birth, type ServerEvent, wallNow } from "../check/history.ts";

/** How often to look for the end of a session, and how long, in milliseconds. */
const TICK = 10;
const PATIENCE = 30_000;

/** A log of several processes. */
export class ServerLog implements AsyncDisposable {
  readonly path: string;
  /** Where other things may be kept as long as it. */
  readonly folder: string;
  #lives = 0;
  /** How much of it was read, in bytes. */
  #read = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = `${folder}/log`;
  }

  /** Begins one. */
  static async create(): Promise<ServerLog> {
    return new ServerLog(await Deno.makeTempDir({ prefix: "chaos-" }));
  }

  /** Adds an event. */
  note(event: ServerEvent): void {
    Deno.writeTextFileSync(this.path, JSON.stringify(event) + "\n", {
      append: true,
    });
  }

  /** A life begins, at a node if there are several; gives its number. */
  begin(birth: Birth, node?: number): number {
    const at = wallNow();
    this.note({ type: "life", birth, at, ...node !== undefined && { node } });
    return this.#lives += 1;
  }

  /**
   * What was added since the last call.
   *
   * @param ended Waits for the end of this session, for half a minute.
   */
  async read(ended: string | undefined): Promise<readonly ServerEvent[]> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const bytes = (await Deno.readFile(this.path)).subarray(this.#read);
      const events = new TextDecoder().decode(bytes).split("\n").slice(0, -1)
        .map((line): ServerEvent => JSON.parse(line));
      // The checker finds a session that has not ended.
      const isWhole = ended === undefined || performance.now() > end ||
        events.some((each) => each.type === "ended" && each.session === ended);
      if (isWhole) {
        this.#read += bytes.lastIndexOf(10) + 1;
        return events;
      }
      await delay(TICK);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
