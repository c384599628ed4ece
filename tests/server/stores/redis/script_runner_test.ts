import { assertEquals, assertRejects } from "@std/assert";
import { ScriptRunner } from "../../../../lib/server/stores/redis/script_runner.ts";
import type { RedisArgument } from "../../../../lib/server/stores/redis/client.ts";
import { ManualClock } from "../../../platform/manual_clock.ts";

type Listener = (...values: unknown[]) => void;

/** A Redis that does what a test says. */
class FakeRedis {
  isReady = true;
  runId = "1".repeat(40);
  role = "master";
  readonly commands: string[] = [];
  readonly listeners = new Map<string, Listener>();
  /** What a script answers. */
  evaluate: (hash: string) => unknown = () => "done";
  /** Of the newest command. */
  abortSignal: AbortSignal | undefined;

  sendCommand = (
    args: readonly RedisArgument[],
    { abortSignal }: { readonly abortSignal?: AbortSignal },
  ): Promise<unknown> => {
    this.abortSignal = abortSignal;
    const [command, first] = args.map(String);
    this.commands.push(`${command} ${first}`);
    switch (command) {
      case "INFO":
        return Promise.resolve(
          `run_id:${this.runId}\r\nrole:${this.role}\r\nmaster_replid:${
            "2".repeat(40)
          }\r\n`,
        );
      case "EVAL":
        return Promise.resolve(args[7]);
      case "SCRIPT":
        return Promise.resolve(`${args[2]}`.length.toString());
      default:
        return new Promise((resolve) => resolve(this.evaluate(first!)));
    }
  };

  subscribe = () => Promise.resolve();
  unsubscribe = () => Promise.resolve();
  ping = () => Promise.resolve();
  on = (event: string, listener: Listener) =>
    void this.listeners.set(event, listener);
  off = (event: string) => void this.listeners.delete(event);
}

function makeRunner() {
  const redis = new FakeRedis();
  const clock = new ManualClock();
  const states: string[] = [];
  let generations = 0;
  const runner = new ScriptRunner({
    ...{ client: redis, channels: "hf:n:", timeout: 100, clock },
    generationKey: "hf:generation",
    onStatus: (status) => states.push(status),
    onNewGeneration: () => generations += 1,
  });
  return { redis, clock, runner, states, generations: () => generations };
}

Deno.test("ScriptRunner.run() begins with the generation and the scripts", async () => {
  const { redis, runner, states } = makeRunner();
  await using _runner = runner;
  assertEquals([runner.status, runner.generation], ["starting", ""]);
  assertEquals(await runner.run("open", ["key"], ["value"]), "done");
  assertEquals([runner.generation, states], ["111111222222", ["ready"]]);
  const before = redis.commands.length;
  await runner.run("open", ["key"], ["value"]);
  assertEquals(redis.commands.length, before + 1);
});

Deno.test("ScriptRunner.run() reads the generation anew when its scripts are unknown", async () => {
  const { redis, runner, generations } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.runId = "3".repeat(40);
  let calls = 0;
  redis.evaluate = () => {
    calls += 1;
    if (calls === 1) throw new Error("NOSCRIPT No matching script");
    return "again";
  };
  assertEquals(await runner.run("open", [], []), "again");
  assertEquals([runner.generation, generations()], ["333333222222", 1]);
  redis.evaluate = () => {
    throw new Error("NOSCRIPT No matching script");
  };
  await assertRejects(() => runner.run("open", [], []), Error, "NOSCRIPT");
});

Deno.test("ScriptRunner.run() waits for the generation of a server that came anew", async () => {
  const { redis, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.runId = "3".repeat(40);
  redis.commands.length = 0;
  // A script of the older generation may have come to the new server, late.
  redis.listeners.get("ready")!();
  await runner.run("open", [], []);
  const scripts = redis.commands.filter((each) => each.startsWith("EVALSHA"));
  assertEquals(redis.commands.at(-1), scripts[0]);
  assertEquals([runner.generation, scripts.length], ["333333222222", 1]);
});

Deno.test("ScriptRunner rejects at once while Redis is away, and asks with growing delays", async () => {
  const { redis, clock, runner, states } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.evaluate = () => {
    throw new Error("Socket closed unexpectedly");
  };
  await assertRejects(() => runner.run("open", [], []), Error, "Socket closed");
  redis.evaluate = () => "done";
  redis.isReady = false;
  const asked = redis.commands.length;
  await assertRejects(() => runner.run("open", [], []), Error, "degraded");
  assertEquals([runner.status, redis.commands.length], ["degraded", asked]);
  // 50 ms, then 100 ms and so on, up to 5 s; the clock's random number is a half.
  for (const delay of [37.5, 75, 150, 300, 600, 1_200, 2_400, 3_750]) {
    assertEquals(clock.timers, 1);
    clock.advance(delay);
    await settled();
  }
  redis.isReady = true;
  clock.advance(3_750);
  await settled();
  assertEquals([runner.status, states], ["ready", [
    "ready",
    "degraded",
    "ready",
  ]]);
  assertEquals(await runner.run("open", [], []), "done");
});

Deno.test("ScriptRunner comes back after a proxy has answered with errors of its own", async () => {
  const { redis, clock, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.evaluate = () => {
    throw new Error("Socket closed unexpectedly");
  };
  await assertRejects(() => runner.run("open", [], []));
  const { sendCommand } = redis;
  redis.sendCommand = () =>
    Promise.reject(new Error("ERR upstream unavailable"));
  for (const delay of [37.5, 75, 150]) {
    clock.advance(delay);
    await settled();
  }
  assertEquals(runner.status, "degraded");
  redis.sendCommand = sendCommand;
  clock.advance(300);
  await settled();
  assertEquals(runner.status, "ready");
});

Deno.test("ScriptRunner comes back as soon as its client does", async () => {
  const { redis, runner, states } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.listeners.get("error")!(new Error("Connection lost"));
  assertEquals(runner.status, "degraded");
  redis.listeners.get("ready")!();
  await settled();
  assertEquals([runner.status, states.length], ["ready", 3]);
});

Deno.test("ScriptRunner waits for an answer no longer than it says", async () => {
  const { redis, clock, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.evaluate = () => new Promise(() => {});
  const running = runner.run("open", [], []);
  await settled();
  clock.advance(100);
  await assertRejects(() => running, Error, "within 100 ms");
  assertEquals(runner.status, "degraded");
});

Deno.test("ScriptRunner takes back what its client has not sent, in time or as its connection ends", async () => {
  const { redis, clock, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  assertEquals(redis.abortSignal?.aborted, false);
  redis.evaluate = () => new Promise(() => {});
  const late = runner.run("open", [], []);
  clock.advance(100);
  await assertRejects(() => late, Error, "within 100 ms");
  assertEquals(redis.abortSignal?.aborted, true);
  await runner.refresh();
  const lost = runner.run("open", [], []);
  redis.isReady = false;
  redis.listeners.get("error")!(new Error("read ECONNRESET"));
  await assertRejects(() => lost, Error, "the connection was lost");
  assertEquals(redis.abortSignal?.aborted, true);
});

Deno.test("ScriptRunner comes back as soon after many failures as after one", async () => {
  const { redis, clock, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.evaluate = () => new Promise(() => {});
  const running = Array.from({ length: 20 }, () => runner.run("open", [], []));
  await settled();
  clock.advance(100);
  await Promise.allSettled(running);
  assertEquals(runner.status, "degraded");
  clock.advance(37.5);
  await settled();
  assertEquals(runner.status, "ready");
});

Deno.test("ScriptRunner takes nothing from a replica", async () => {
  const { redis, runner } = makeRunner();
  await using _runner = runner;
  redis.role = "slave";
  await assertRejects(() => runner.run("open", [], []), Error, "a replica");
  assertEquals(runner.status, "degraded");
});

Deno.test("ScriptRunner says what a step was refused for, and goes on", async () => {
  const { redis, runner } = makeRunner();
  await using _runner = runner;
  await runner.run("open", [], []);
  redis.evaluate = () => {
    throw new Error("OOM command not allowed");
  };
  await assertRejects(() => runner.run("append", [], []), Error, "no memory");
  redis.evaluate = () => {
    throw new Error("ERR user_script:1");
  };
  await assertRejects(() => runner.run("append", [], []), Error, "user_script");
  assertEquals(runner.status, "ready");
});

Deno.test("ScriptRunner.check() finds a generation that began without a restart", async () => {
  const { redis, clock, runner, generations } = makeRunner();
  await using _runner = runner;
  await runner.check();
  redis.runId = "4".repeat(40);
  await runner.check();
  assertEquals(generations(), 0);
  clock.advance(5_000);
  await runner.check();
  assertEquals([runner.generation, generations()], ["444444222222", 1]);
  redis.isReady = false;
  clock.advance(5_000);
  await assertRejects(() => runner.check(), Error, "not connected");
});

Deno.test("ScriptRunner is closed for good", async () => {
  const { redis, clock, runner, states } = makeRunner();
  await runner.run("open", [], []);
  const onError = redis.listeners.get("error")!;
  await runner[Symbol.asyncDispose]();
  onError(new Error("Connection lost"));
  await assertRejects(() => runner.run("open", [], []), Error, "closed");
  assertEquals([runner.status, states.at(-1), clock.timers], [
    ...["closed", "closed", 0],
  ]);
  assertEquals(redis.listeners.size, 0);
});

/** Answers of the fake Redis come by promises only. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}
