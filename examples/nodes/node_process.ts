/**
 * The process of a node, which is killed and started again, or stopped and
 * continued.
 *
 * @module
 */

import { type Child, spawn } from "./child.ts";
import type { HandledLog } from "./handled_log.ts";
import type { Redis } from "./redis.ts";

/** Where a node keeps its sessions, and says what it does. */
export interface Place {
  readonly redis: Pick<Redis, "url" | "prefix">;
  readonly log: Pick<HandledLog, "path">;
}

/** What a node is doing. */
export type NodeStatus = "up" | "stopped" | "killed";

/** A node, which may live several times. */
export class NodeProcess implements AsyncDisposable {
  readonly name: string;
  readonly #place: Place;
  #life: Life;
  #status: NodeStatus = "up";

  private constructor(name: string, place: Place, life: Life) {
    this.name = name;
    this.#place = place;
    this.#life = life;
  }

  /** Starts a node on a free port. */
  static async start(name: string, place: Place): Promise<NodeProcess> {
    return new NodeProcess(name, place, await startLife(place));
  }

  /** Where it listens; each life has a port of its own. */
  get port(): number {
    return this.#life.port;
  }

  /** What it is doing. */
  get status(): NodeStatus {
    return this.#status;
  }

  /** Kills it, so that it can finish nothing. */
  async kill(): Promise<void> {
    this.#status = "killed";
    this.#life.process.kill("SIGKILL");
    await this.#life.process.status;
    await this.#life.process.stdin.abort().catch(() => {});
  }

  /** Starts it again. */
  async restart(): Promise<void> {
    this.#life = await startLife(this.#place);
    this.#status = "up";
  }

  /** Stops it: it keeps its connections, and answers nothing. */
  stop(): void {
    this.#status = "stopped";
    this.#life.process.kill("SIGSTOP");
  }

  /** It goes on where it was, and believes that it still holds its sessions. */
  continue(): void {
    this.#status = "up";
    this.#life.process.kill("SIGCONT");
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#status !== "killed") await this.kill();
  }
}

interface Life {
  readonly process: Child;
  readonly port: number;
}

async function startLife({ redis, log }: Place): Promise<Life> {
  const process = spawn(Deno.execPath(), [
    ...["run", "--no-check", "--allow-net", "--allow-env", "--allow-read"],
    `--allow-write=${log.path}`,
    new URL("./node.ts", import.meta.url).href,
    ...[redis.url, redis.prefix, log.path],
  ], "inherit");
  return { process, port: Number(await firstLine(process.stdout)) };
}

async function firstLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return text.trim();
  }
  throw new Error("A node ended before it listened");
}
