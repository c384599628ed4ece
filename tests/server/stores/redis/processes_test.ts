/** Server nodes in processes of their own, which are killed and stopped. */

import { assert, assertEquals } from "@std/assert";
import { requires } from "../../../system/requirements.ts";
import { TestClient } from "../../test_client.ts";
import { RedisServer } from "./redis_server.ts";

const NEEDED = requires("redis");
const PROGRAM = new URL("./node_program.ts", import.meta.url);

/** A node, until it is disposed. */
class NodeProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  /** Its port, then what its handler has begun with, in lines. */
  #text = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#output = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  static async start(redis: RedisServer, name: string): Promise<NodeProcess> {
    const args = ["run", "--no-check", "--allow-all", PROGRAM.href];
    const node = new NodeProcess(
      new Deno.Command(Deno.execPath(), {
        args: [...args, `${redis.port}`, name],
        stdout: "piped",
      }).spawn(),
    );
    while (node.#lines.length === 0) await node.#read();
    return node;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#lines[0]}`;
  }

  /** Resolves when the handler begins with a message. */
  async until(data: string): Promise<void> {
    while (!this.#lines.includes(data)) {
      if (!await this.#read()) throw new Error(`It has ended: ${this.#text}`);
    }
  }

  /** Kills it, and tells what its handler has begun with. */
  async end(): Promise<readonly string[]> {
    this.signal("SIGKILL");
    while (await this.#read());
    return this.#lines.slice(1);
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It was killed before.
    }
    await this.#output.cancel();
    await this.#process.status;
  }

  get #lines(): readonly string[] {
    return this.#text.split("\n").slice(0, -1);
  }

  /** Whether there was anything to read. */
  async #read(): Promise<boolean> {
    const { value = "", done } = await this.#output.read();
    this.#text += value;
    return !done;
  }
}

Deno.test(
  "SessionServer goes on for a node that was killed, and flags what it had claimed",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    await using one = await NodeProcess.start(redis, "one");
    await using two = await NodeProcess.start(redis, "two");
    await using client = await new TestClient(one.url).connect();
    client.send("a");
    await client.until(() => client.delivered.length === 1);
    client.send("slow", "b");
    await one.until("slow");
    one.signal("SIGKILL");
    await client.until(() => client.closeCodes.length === 1);
    client.url = two.url;
    await client.connect();
    client.send("c");
    await client.until(() => client.delivered.length === 4);
    const [first, slow, b, c] = client.delivered;
    assertEquals([first, slow, c], ["one a", "two slow again", "two c"]);
    // It may have been in the same claim.
    assert(b === "two b" || b === "two b again", `${b}`);
  },
);

Deno.test(
  "SessionServer accepts nothing of a node that was stopped and wakes up",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    await using one = await NodeProcess.start(redis, "one");
    await using two = await NodeProcess.start(redis, "two");
    await using client = await new TestClient(one.url).connect();
    client.send("a");
    await client.until(() => client.delivered.length === 1);
    client.send("slow");
    await one.until("slow");
    one.signal("SIGSTOP");
    client.url = two.url;
    client.dial();
    await client.until(() => client.delivered.length === 2);
    one.signal("SIGCONT");
    // The old connection ends when the zombie hears that it has lost its lease.
    await client.until(() => client.staleCloses.length === 1);
    client.send("b");
    await client.until(() => client.delivered.length === 3);
    assertEquals(client.delivered, ["one a", "two slow again", "two b"]);
  },
);

Deno.test(
  "SessionServer begins with nothing on a node that was stopped and wakes up",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    await using one = await NodeProcess.start(redis, "one");
    await using two = await NodeProcess.start(redis, "two");
    await using client = await new TestClient(one.url).connect();
    // The first one is claimed alone, and the others together after it.
    client.send("a", "slow", "b", "c");
    await one.until("slow");
    one.signal("SIGSTOP");
    client.url = two.url;
    client.dial();
    await client.until(() => client.delivered.length === 4);
    one.signal("SIGCONT");
    await client.until(() => client.staleCloses.length === 1);
    const flagged = ["two slow again", "two b again", "two c again"];
    assertEquals(client.delivered, ["one a", ...flagged]);
    assertEquals(await one.end(), ["a", "slow"]);
  },
);
