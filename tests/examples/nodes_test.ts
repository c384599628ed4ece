import { assert, assertEquals, assertMatch } from "@std/assert";
import { Numbers } from "../../examples/nodes/numbers.ts";
import { startRedis } from "../../examples/nodes/redis.ts";
import { Tally } from "../../examples/nodes/tally.ts";
import {
  RedisClients,
  RedisServer,
} from "../server/stores/redis/redis_server.ts";
import { requires } from "../system/requirements.ts";
import { until } from "../system/waiting.ts";

const NEEDED = requires("redis");
const PROGRAM = new URL("../../examples/nodes.ts", import.meta.url);
const SUMMARY =
  /^nodes: (\d+) sent, (\d+) received, 0 lost, 0 repeated, (\d+) redelivered and flagged, 0 out of order, (\d+) node kills, (\d+) takeovers$/;

Deno.test(
  "nodes.ts loses and repeats nothing while nodes and Redis die",
  NEEDED,
  async () => {
    await using run = await Run.start("--seconds", "1", "--clients", "8");
    const { code, stdout } = await run.ended();
    const counts = SUMMARY.exec(lastLineOf(stdout))?.slice(1).map(Number);
    assert(code === 0 && counts !== undefined, stdout);
    const [sent = 0, received = 0, , kills = 0, takeovers = 0] = counts;
    assert(sent > 100 && received === sent && takeovers > 0, stdout);
    assertEquals(kills, 1);
    for (const each of ["stopped", "continued", "Redis killed"]) {
      assert(stdout.includes(each), `${each}: ${stdout}`);
    }
  },
);

Deno.test(
  "nodes.ts ends at Ctrl-C, and leaves nothing in a Redis of the user",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    const url = `redis://127.0.0.1:${redis.port}`;
    await using run = await Run.start("--clients", "3", "--redis", url);
    await run.shows(" killed");
    run.interrupt();
    const { code, stdout } = await run.ended();
    assertEquals(code, 0, stdout);
    assertMatch(lastLineOf(stdout), SUMMARY);
    assert(!stdout.includes("Redis killed"), stdout);
    await using clients = new RedisClients(redis.port);
    assertEquals(await (await clients.nodeRedis()).dbSize(), 0);
  },
);

Deno.test(
  "nodes.ts waits for no Redis of the user that is gone",
  NEEDED,
  async () => {
    await using server = await RedisServer.start();
    const redis = await startRedis(`redis://127.0.0.1:${server.port}`);
    await server.kill();
    await redis[Symbol.asyncDispose]();
  },
);

Deno.test("nodes.ts says in one sentence what it cannot use", async () => {
  const wrong = [
    [["--seconds", "soon"], {}, /^Usage: .*\n$/, 2],
    [["--seconds", "Infinity"], {}, /^Usage: .*\n$/, 2],
    [["--clients", "1e9"], {}, /^Usage: .*\n$/, 2],
    [["--redis", "redis://:secret@a:b"], {}, /^Usage: .*\n$/, 2],
    [["--client", "5"], {}, /^Usage: .*\n$/, 2],
    [["--redis", "http://a"], {}, /^Usage: .*\n$/, 2],
    [
      ["--redis", "redis://127.0.0.1:1"],
      {},
      /^Cannot use the Redis of .*\n$/,
      1,
    ],
    [[], { PATH: "/nowhere" }, /^There is no redis-server: install .*\n$/, 1],
  ] as const;
  for (const [args, env, sentence, expected] of wrong) {
    await using run = await Run.start(...args, env);
    const { code, stdout, stderr } = await run.ended();
    assertMatch(stdout + stderr, sentence);
    assertEquals(code, expected);
  }
});

Deno.test(
  "nodes.ts leaves no process behind when it is killed",
  {
    ...NEEDED,
    ignore: NEEDED.ignore || Deno.build.os !== "linux",
  },
  async () => {
    await using run = await Run.start("--clients", "3");
    // A node that is stopped hears nothing, not even of an end.
    await run.shows(" stopped");
    await run.killed();
  },
);

Deno.test("nodes.ts counts what is lost, repeated and out of order", () => {
  const numbers = new Numbers();
  for (let sent = 0; sent < 6; sent += 1) numbers.next();
  // 2 comes late from a node that was stopped, after another one had it.
  const came = [
    [1, "first"],
    [2, "again"],
    [3, "first"],
    [2, "first"],
    [5, "first"],
    [4, "first"],
    [4, "first"],
    [5, "again"],
  ] as const;
  const isNew = came.map(([number, delivery]) =>
    numbers.receive(number, delivery)
  );
  assertEquals(isNew, [true, true, true, false, true, true, false, false]);
  assertEquals(numbers.counts, {
    ...{ sent: 6, received: 5, again: 2, repeated: 1, disordered: 1 },
  });
});

Deno.test("nodes.ts shows how far it is in one line of a terminal", () => {
  const parts = ["node 1", "node 2", "Redis"]
    .map((name) => ({ name, status: "stopped" }));
  const tally = new Tally(parts);
  for (let sent = 0; sent < 1_000; sent += 1) tally.nextOf("ann");
  for (const columns of [1, 40, 80]) {
    assertEquals(tally.progress(columns).length, columns - 1);
  }
  assert(tally.progress(80).includes("node 2 stopped, Redis stopped"));
  assertMatch(
    tally.progress(200),
    /0 of 1000 received; .*0 takeovers, 0 redelivered$/,
  );
});

/**
 * The longest that it may take, in milliseconds; far longer than it does. It ends
 * early at the first interrupt, and waits for nothing after the second.
 */
const LIMIT = 60_000;

/** The example with a folder for what it leaves behind. */
class Run implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  readonly #reading: Promise<void>;
  readonly #limit: ReturnType<typeof setInterval>;
  #stdout = "";
  #onText = () => {};

  private constructor(folder: string, process: Deno.ChildProcess) {
    this.#folder = folder;
    this.#process = process;
    this.#stderr = new Response(process.stderr).text();
    this.#reading = this.#read();
    this.#limit = setInterval(() => this.interrupt(), LIMIT);
  }

  static async start(
    ...args: readonly (string | Readonly<Record<string, string>>)[]
  ): Promise<Run> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-test-" });
    const env = args.find((arg) => typeof arg === "object") ?? {};
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-net", "--allow-read"],
        ...["--allow-write", "--allow-run", "--allow-env", PROGRAM.href],
        ...args.filter((arg) => typeof arg === "string"),
      ],
      env: { NO_COLOR: "1", TMPDIR: folder, ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Run(folder, process);
  }

  /** Resolves when a text was written. */
  async shows(text: string): Promise<void> {
    let isOver = false;
    this.#reading.then(() => {
      isOver = true;
      this.#onText();
    });
    while (!this.#stdout.includes(text)) {
      if (isOver) throw new Error(`${text} is missing: ${this.#stdout}`);
      await new Promise<void>((resolve) => this.#onText = resolve);
    }
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** How it ended, after a look at what it has left behind. */
  async ended() {
    const { code } = await this.#process.status;
    clearInterval(this.#limit);
    await this.#reading;
    assertEquals(await Array.fromAsync(Deno.readDir(this.#folder)), []);
    assertEquals(await processesOf(this.#folder), []);
    return { code, stdout: this.#stdout, stderr: await this.#stderr };
  }

  /** Kills it, and waits until its processes are gone. */
  async killed(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    clearInterval(this.#limit);
    // The kernel ends them: they have no time of their own.
    await until(async () => (await processesOf(this.#folder)).length === 0);
    await Promise.all([this.#reading, this.#stderr]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #read(): Promise<void> {
    const texts = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      this.#stdout += text;
      this.#onText();
    }
  }
}

/** Processes that work in a folder, or were started with a path in it. */
async function processesOf(folder: string): Promise<readonly string[]> {
  if (Deno.build.os !== "linux") return [];
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    const place = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
    if (`${command} ${place}`.includes(folder)) found.push(command);
  }
  return found;
}

function lastLineOf(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
