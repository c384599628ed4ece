/** Server nodes in processes of their own, which are killed and stopped. */

import { assert, assertEquals } from "@std/assert";
import { requires } from "../../../../system/requirements.ts";
import { TestClient } from "../../../test_client.ts";
import { RedisServer } from "../redis_server.ts";

const NEEDED = requires("redis");
const PROGRAM = new URL("./node_program.ts", import.meta.url);

/** A node, until it is disposed. */
class NodeProcess implements AsyncDisposable {
  readonly url: string;
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(
    process: Deno.ChildProcess,
    output: ReadableStreamDefaultReader<Uint8Array>,
    port: string,
  ) {
    this.#process = process;
    this.#output = output;
    this.url = `ws://127.0.0.1:${port}`;
  }

  static async start(redis: RedisServer, name: string): Promise<NodeProcess> {
    const args = ["run", "--no-check", "--allow-all", PROGRAM.href];
    const process = new Deno.Command(Deno.execPath(), {
      args: [...args, `${redis.port}`, name],
      stdout: "piped",
    }).spawn();
    const output = process.stdout.getReader();
    const { value } = await output.read();
    const port = new TextDecoder().decode(value).trim();
    return new NodeProcess(process, output, port);
  }

  /** Resolves when the handler has begun with "slow", the first time. */
  async begun(): Promise<void> {
    const { value } = await this.#output.read();
    assertEquals(new TextDecoder().decode(value), "slow\n");
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
    await one.begun();
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
    await one.begun();
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
