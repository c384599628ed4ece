import { assertEquals, assertMatch } from "@std/assert";
import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import { WorkerPool } from "../../../lib/client/workers/worker_pool.ts";
import { POST_WINDOW } from "../../../lib/boundary/post_window.ts";
import {
  closeConnection,
  LIMITS,
  makeBench,
  makeOpenBench,
  Recorder,
  settle,
  SETUP,
} from "../fake_worker.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { addConnection, detailOf } from "./supervised_connection.ts";

Deno.test("WorkerSupervisor() says a version mismatch clearly", () => {
  const { recorder, clock, workers: { last, started } } = makeBench();
  last.ready(99);
  const [{ failure, cause } = {}] = recorder.closes;
  assertEquals([cause, failure?.type, last.state], [
    "fatal",
    "worker",
    "ended",
  ]);
  assertMatch(
    detailOf(recorder),
    /version 99 of the protocol and the main thread version 4/,
  );
  assertEquals([started.length, clock.timers], [1, 0]);
});

Deno.test("WorkerSupervisor() starts a script five times that does not begin as ours, and says what it began with", () => {
  const { recorder, clock, workers } = makeBench();
  for (let start = 1; start < 5; start += 1) {
    workers.last.tell({ type: "alive" });
    assertEquals([recorder.closes.length, workers.last.state], [0, "ended"]);
    while (workers.started.length === start) clock.advance(100);
  }
  workers.last.tell({ type: "alive" });
  assertMatch(
    detailOf(recorder),
    /did not begin with `ready`, but with `alive`/,
  );
  assertEquals([workers.started.length, clock.timers], [5, 0]);
});

Deno.test("WorkerSupervisor() goes on with the next worker where the first `ready` is lost", () => {
  const { recorder, clock, workers } = makeBench();
  workers.last.tell({ type: "alive" });
  clock.advance(recorder.losses[0]?.status.delay ?? 0);
  workers.last.ready();
  workers.last.open(2);
  assertEquals([recorder.take(), workers.started.length], [
    ["disconnected", "opened"],
    2,
  ]);
});

Deno.test("WorkerSupervisor() ends connections when a script cannot load", () => {
  const { recorder, clock, workers: { last } } = makeBench();
  last.fail('Requires read access to "worker.ts"');
  clock.advance(0);
  assertEquals(recorder.events, ["closed fatal"]);
  assertMatch(detailOf(recorder), /could not be started: /);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("WorkerSupervisor() ends connections when a worker cannot even be made", () => {
  const clock = new ManualClock();
  const start = () => {
    throw new Error("Refused by policy");
  };
  const pool = new WorkerPool({ start, clock });
  const recorder = new Recorder();
  new RemoteConnection(pool, SETUP, LIMITS, recorder);
  assertEquals(recorder.events, []);
  clock.advance(0);
  assertEquals(recorder.events, ["closed fatal"]);
  assertMatch(detailOf(recorder), /could not be started: .*Refused by policy/);
  assertEquals(clock.timers, 0);
});

Deno.test("WorkerSupervisor() starts again what is not ready within 10 s", () => {
  const { recorder, clock, workers } = makeBench();
  const [first] = workers.started;
  clock.advance(9_999);
  assertEquals(recorder.events, []);
  clock.advance(1);
  assertEquals([recorder.take(), first?.state], [["disconnected"], "ended"]);
  assertMatch(lossOf(recorder), /could not be started.*not ready within 10000/);
  clock.advance(recorder.losses[0]?.status.delay ?? 0);
  workers.last.ready();
  workers.last.open(2);
  assertEquals([recorder.take(), workers.started.length], [["opened"], 2]);
});

Deno.test("WorkerSupervisor() asks a worker that is not ready, whose first post may be lost", () => {
  const { clock, recorder, workers: { last } } = makeBench();
  const asked = () =>
    last.posts.flat().filter(({ type }) => type === "watch").length;
  clock.advance(1_999);
  assertEquals(asked(), 0);
  clock.advance(1);
  assertEquals(asked(), 1);
  last.ready();
  last.open(1);
  assertEquals(recorder.take(), ["opened"]);
});

Deno.test("WorkerSupervisor() gives a successor twice the time to start", () => {
  const { recorder, clock, workers } = makeBench();
  clock.advance(10_000);
  clock.advance(recorder.losses[0]?.status.delay ?? 0);
  clock.advance(19_999);
  assertEquals([recorder.take(), workers.last.state], [
    ["disconnected"],
    "alive",
  ]);
  clock.advance(1);
  assertEquals(workers.last.state, "ended");
});

Deno.test("WorkerSupervisor() waits for a start as long as openTimeout allows", () => {
  const config = { ...SETUP.config, openTimeout: 60_000 };
  const { recorder, clock, workers: { last } } = makeBench({
    setup: { ...SETUP, config },
  });
  clock.advance(59_999);
  last.ready();
  last.open(1);
  assertEquals(recorder.take(), ["opened"]);
});

Deno.test("WorkerSupervisor() does not wait for a start for ever, though a connection would wait for its server", () => {
  const config = { ...SETUP.config, openTimeout: Infinity };
  const { clock, workers } = makeBench({ setup: { ...SETUP, config } });
  const { last } = workers;
  clock.advance(11_000);
  assertEquals(last.state, "ended");
  while (workers.started.length < 2) clock.advance(100);
});

Deno.test("WorkerSupervisor() starts again what could not be loaded now, for as long as it takes", () => {
  const { recorder, clock, workers } = makeBench();
  for (let start = 0; start < 20; start += 1) {
    workers.last.fail("Import 'x' failed: 503 Service Unavailable");
    while (workers.started.length < start + 2) clock.advance(100);
  }
  assertEquals(recorder.closes, []);
  workers.last.ready();
  const { id = 0 } = workers.last.all("connect").at(-1) ?? {};
  workers.last.open(id);
  assertEquals(recorder.take().at(-1), "opened");
});

Deno.test("WorkerSupervisor() counts a start that fails as an attempt of each connection", () => {
  const config = {
    ...SETUP.config,
    backoff: { ...SETUP.config.backoff, maxAttempts: 2 },
  };
  const bench = makeBench({ setup: { ...SETUP, config } });
  const { recorder, clock, workers } = bench;
  const { connection, recorder: patient } = addConnection(bench);
  const fail = () => {
    workers.last.fail("Import 'x' failed: 503 Service Unavailable");
    clock.advance(0);
  };
  fail();
  assertEquals(recorder.take(), ["disconnected"]);
  while (workers.started.length < 2) clock.advance(100);
  fail();
  const [{ cause, failure } = {}] = recorder.closes;
  assertEquals([cause, failure?.type], ["exhausted", "exhausted"]);
  assertEquals(patient.closes, []);
  connection.close(1000, "");
  while (patient.closes.length === 0) clock.advance(100);
  assertEquals(clock.timers, 0);
});

Deno.test("WorkerSupervisor() notifies a connection that stayed idle until reconnect() of a start that failed", () => {
  const { recorder, connection, clock, workers } = makeBench({
    setup: { ...SETUP, autoConnect: false },
  });
  connection.reconnect("");
  workers.last.fail("Import 'x' failed: 503 Service Unavailable");
  clock.advance(0);
  assertEquals(recorder.take(), ["disconnected"]);
  connection.close(1000, "");
  clock.advance(0);
  assertEquals(clock.timers, 0);
});

Deno.test("WorkerSupervisor() waits longer for a worker that loads than for one that works", async () => {
  const config = { ...SETUP.config, openTimeout: 30_000 };
  const { recorder, clock, workers: { last } } = makeBench({
    setup: { ...SETUP, config },
  });
  last.ready();
  clock.advance(29_999);
  assertEquals([recorder.take(), last.state], [[], "alive"]);
  last.tell({ type: "alive" });
  await settle();
  clock.advance(9_000);
  assertEquals(last.state, "alive");
  clock.advance(1_000);
  assertEquals([recorder.take(), last.state], [["disconnected"], "ended"]);
});

Deno.test("WorkerSupervisor() starts anew for a connection that comes after a failed start", () => {
  const bench = makeBench();
  bench.workers.last.fail("404");
  bench.clock.advance(0);
  const { connection, recorder } = addConnection(bench);
  bench.workers.last.ready();
  bench.workers.last.open(2);
  assertEquals(recorder.take(), ["opened"]);
  closeConnection(connection, bench.workers.last);
  assertEquals(bench.clock.timers, 0);
});

Deno.test("WorkerSupervisor() posts the connections of a start twice, and takes back those that left", async () => {
  const bench = makeBench();
  const { workers } = bench;
  const { connection } = addConnection(bench);
  const posted = () =>
    workers.last.posts.map((post) =>
      post.map((record) => "id" in record ? [record.type, record.id] : [])
        .flat()
    );
  assertEquals(posted(), [["connect", 1]]);
  workers.last.ready();
  await settle();
  assertEquals(posted(), [["connect", 1], ["connect", 1], ["connect", 2]]);
  closeConnection(connection, workers.last);
  workers.last.fail("Boom");
  const { connection: other } = addConnection(bench);
  bench.clock.advance(1_000);
  assertEquals(posted(), [["connect", 3, "connect", 4]]);
  other.close(1000, "");
  bench.clock.advance(0);
  workers.last.ready();
  await settle();
  assertEquals(posted().slice(1), [["connect", 3], ["abandon", 4]]);
  workers.last.open(3);
  assertEquals(bench.recorder.take(), ["disconnected", "opened"]);
});

Deno.test("WorkerSupervisor() has nobody connect before the worker is ready while there is no network", async () => {
  const { clock, connection, workers } = makeOpenBench();
  dispatchEvent(new Event("offline"));
  workers.last.fail("Boom");
  clock.advance(1_000);
  assertEquals(workers.last.posts, []);
  workers.last.ready();
  await settle();
  const types = workers.last.posts.flat().map(({ type }) => type);
  const posted = types.filter((type) => type !== "ack");
  assertEquals(posted.slice(0, 2), ["environment", "connect"]);
  dispatchEvent(new Event("online"));
  closeConnection(connection, workers.last);
});

Deno.test("WorkerSupervisor() hears of a start before a failure that overtook it", () => {
  const { clock, recorder, workers } = makeBench();
  workers.last.fail("Boom");
  workers.last.ready();
  clock.advance(0);
  assertEquals(recorder.take(), ["disconnected"]);
  clock.advance(5_000);
  assertEquals(workers.started.length, 2);
});

Deno.test("WorkerSupervisor() leaves no connection behind that was closed while the worker became ready", () => {
  for (const autoConnect of [true, false]) {
    const bench = makeBench();
    const { connection, recorder } = addConnection(bench, {
      ...SETUP,
      autoConnect,
    });
    connection.reconnect("");
    connection.close(4000, "bye");
    const { last } = bench.workers;
    last.ready();
    last.tell({ type: "ack" });
    bench.clock.advance(0);
    assertEquals(last.all("reconnect"), []);
    assertEquals(last.all("close"), [
      { type: "close", id: 2, closeCode: 4000, reason: "bye", sent: 0 },
    ]);
    last.close(2);
    assertEquals(recorder.take(), ["closed requested"]);
  }
});

Deno.test("WorkerSupervisor() has a successor connect for nobody who was closed before", () => {
  const bench = makeOpenBench();
  const { connection: other, recorder } = addConnection(bench);
  bench.workers.last.open(2);
  bench.recorder.onevent = (event) => {
    if (event === "disconnected") bench.connection.close(1000, "");
  };
  recorder.onevent = (event) => {
    if (event === "disconnected") other.reconnect("");
  };
  bench.workers.last.fail("Boom");
  const { last } = bench.workers;
  last.ready();
  last.tell({ type: "ack" });
  const posted = last.all("connect").map(({ setup }) => setup.autoConnect);
  assertEquals(posted, [false, true]);
  assertEquals(last.all("close").map(({ id }) => id), [3]);
});

Deno.test("WorkerSupervisor() keeps at most POST_WINDOW posts unacknowledged, then gathers", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  await settle();
  last.acks = "manual";
  const before = last.posts.length;
  for (let count = 0; count < 10; count += 1) {
    connection.outgoing.push(`${count}`);
    await settle();
  }
  assertEquals(last.posts.length - before, POST_WINDOW);
  last.tell({ type: "ack" });
  assertEquals(last.posts.length - before, POST_WINDOW + 1);
  assertEquals(last.sent.length, 10);
  assertEquals(last.posts.at(-1)?.length, 1);
});

Deno.test("WorkerSupervisor() acknowledges posts even when its own window is full", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  last.acks = "manual";
  for (let count = 0; count < 10; count += 1) {
    connection.outgoing.push(`${count}`);
    await settle();
  }
  last.tell({ type: "heartbeat", id: 1, after: 0, latency: 1, longestGap: 1 });
  assertEquals(last.posts.at(-1), [{ type: "ack" }]);
});

Deno.test("WorkerSupervisor() lets connections speak in turn", async () => {
  const bench = makeOpenBench();
  const { connection: other } = addConnection(bench);
  const { last } = bench.workers;
  last.open(2);
  await settle();
  last.acks = "manual";
  const text = "x".repeat(1 << 16);
  for (let count = 0; count < 16; count += 1) {
    bench.connection.outgoing.push(text);
  }
  other.outgoing.push("other");
  await settle();
  assertEquals(last.all("send").slice(0, 3).map(({ id }) => id), [1, 1, 2]);
});

Deno.test("WorkerSupervisor() sends what a slow listener has sent while it still runs", () => {
  const { connection, clock, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  const crossed: number[] = [];
  recorder.onevent = () => {
    clock.block(3);
    connection.outgoing.push("reply");
    crossed.push(last.sent.length);
  };
  last.deliver(["a", "b", "c"]);
  assertEquals(crossed, [0, 2, 2]);
  assertEquals(last.sent.length, 3);
});

Deno.test("WorkerSupervisor() leaves nothing behind after the last close", async () => {
  const bench = makeBench();
  const { clock, workers } = bench;
  for (let id = 1; id <= 1_000; id += 1) {
    const { connection } = id === 1 ? bench : addConnection(bench);
    if (workers.last.state === "alive") workers.last.ready();
    workers.last.open(1);
    connection.close(1000, "");
    workers.last.close(workers.last.all("connect")[0]?.id ?? 0);
    assertEquals([clock.timers, workers.last.state], [0, "ended"]);
  }
  await settle();
  assertEquals(workers.started.length, 1_000);
});

Deno.test("WorkerSupervisor() keeps its worker for a connection made while the last one closes", () => {
  const bench = makeOpenBench();
  const { recorder, workers } = bench;
  recorder.onevent = (event) => {
    if (event.startsWith("closed")) addConnection(bench);
  };
  workers.last.close(1);
  assertEquals([workers.started.length, workers.last.state], [1, "alive"]);
});

function lossOf({ losses }: Recorder): string {
  const failure = losses[0]?.failure;
  return failure?.type === "worker" ? failure.detail : "";
}
