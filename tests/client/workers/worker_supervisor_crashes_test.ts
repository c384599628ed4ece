import { assertEquals, assertMatch } from "@std/assert";
import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import { WorkerPool } from "../../../lib/client/workers/worker_pool.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import {
  type FakeWorker,
  FakeWorkers,
  LIMITS,
  makeOpenBench,
  Recorder,
  settle,
  SETUP,
} from "../fake_worker.ts";
import { addConnection, detailOf } from "./supervised_connection.ts";

Deno.test("WorkerSupervisor() replaces a worker that crashed, and reports that to its connections", () => {
  const { recorder, clock, workers } = makeOpenBench();
  const [first] = workers.started;
  workers.last.tell({ type: "crashed", detail: "Out of memory" });
  assertEquals(first?.state, "ended");
  assertEquals(recorder.events.splice(0), ["disconnected"]);
  assertMatch(
    String(Object.entries(recorder.losses[0]?.failure ?? {})),
    /Out of memory/,
  );
  assertEquals(recorder.losses[0]?.failure?.type, "worker");
  clock.advance(recorder.losses[0]?.status.delay ?? 0);
  workers.last.ready();
  assertEquals(workers.last.all("connect").map(({ id }) => id), [2]);
});

Deno.test("WorkerSupervisor() says to a worker's start how many have failed before", () => {
  const workers = new FakeWorkers();
  const failures: number[] = [];
  const clock = new ManualClock();
  const pool = new WorkerPool({
    clock,
    start: (listener, count) => {
      failures.push(count);
      return workers.start(listener, count);
    },
  });
  const connection = new RemoteConnection(pool, SETUP, LIMITS, new Recorder());
  workers.last.ready();
  workers.last.tell({ type: "crashed", detail: "Boom" });
  while (workers.started.length < 2) clock.advance(100);
  workers.last.ready();
  connection.close(1000, "");
  assertEquals(failures, [0, 1]);
  workers.last.close(2);
  new RemoteConnection(pool, SETUP, LIMITS, new Recorder());
  // All are forgotten once the last connection has left.
  assertEquals(failures, [0, 1, 0]);
});

Deno.test("WorkerSupervisor() replaces a worker that sends rubbish or cannot read", () => {
  const { recorder, clock, workers } = makeOpenBench();
  workers.last.tellRaw([{ type: "nonsense" }]);
  clock.advance(5_000);
  workers.last.ready();
  workers.last.open(2);
  workers.last.tell({ type: "malformed", detail: "No post" });
  assertEquals(recorder.take(), [
    "disconnected",
    "opened again",
    "disconnected",
  ]);
  assertEquals(recorder.losses.map(({ failure }) => failure?.type), [
    "worker",
    "worker",
  ]);
});

Deno.test("WorkerSupervisor() ignores notices of a worker that is gone", () => {
  const { recorder, clock, workers } = makeOpenBench();
  const first = workers.last;
  first.fail("Boom");
  recorder.take();
  first.fail("Boom");
  first.tellRaw([{ type: "crashed", detail: "Again" }]);
  clock.advance(5_000);
  workers.last.ready();
  workers.last.open(1);
  workers.last.close(99);
  assertEquals(recorder.take(), []);
  assertEquals(workers.started.length, 2);
});

Deno.test("WorkerSupervisor() counts a crash once, whatever else the worker says", () => {
  const { recorder, clock, workers } = makeOpenBench();
  const crashed = { type: "crashed", detail: "Boom" } as const;
  workers.last.tell(crashed, crashed, crashed, crashed, crashed, crashed);
  assertEquals(recorder.take(), ["disconnected"]);
  clock.advance(5_000);
  assertEquals(workers.started.length, 2);
});

Deno.test("WorkerSupervisor() gives up after 5 crashes in a row", () => {
  const { recorder, clock, workers } = makeOpenBench();
  for (let crash = 1; crash < 5; crash += 1) {
    workers.last.fail("Boom");
    clock.advance(5_000);
    workers.last.ready();
    clock.advance(1_000);
    workers.last.tell({ type: "alive" });
  }
  assertEquals(recorder.closes, []);
  workers.last.fail("Boom");
  assertMatch(detailOf(recorder), /crashed 5 times in a row: Boom/);
  assertEquals(clock.timers, 0);
});

Deno.test("WorkerSupervisor() forgets crashes that were followed by 30 s of life", () => {
  const { recorder, clock, workers } = makeOpenBench();
  for (let crash = 1; crash < 8; crash += 1) {
    workers.last.fail("Boom");
    clock.advance(5_000);
    workers.last.ready();
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000);
      workers.last.tell({ type: "alive" });
    }
  }
  assertEquals(recorder.closes, []);
});

Deno.test("WorkerSupervisor() replaces a worker that does not answer for 10 s", async () => {
  const { recorder, clock, workers: { last } } = makeOpenBench();
  await settle();
  clock.advance(1_000);
  last.tell({ type: "alive" });
  clock.advance(1_999);
  assertEquals(last.all("watch"), []);
  clock.advance(8_000);
  assertEquals(last.all("watch").length > 0, true);
  assertEquals([recorder.take(), last.state], [[], "alive"]);
  clock.advance(1);
  assertEquals([recorder.take(), last.state], [["disconnected"], "ended"]);
});

Deno.test("WorkerSupervisor() parts connections whose worker crashes, and ends only the one at fault", () => {
  const bench = makeOpenBench();
  const { clock, workers } = bench;
  const url = "ws://crash.example/";
  const guilty = addConnection(bench, { ...SETUP, url });
  const others = Array.from({ length: 6 }, () => addConnection(bench));
  const ready = new Set<FakeWorker>();
  for (let crash = 0; crash < 12; crash += 1) {
    for (const worker of [...workers.started]) {
      if (worker.state === "ended") continue;
      worker.ready();
      ready.add(worker);
      const connects = worker.all("connect");
      if (connects.some(({ setup }) => setup.url === url)) worker.fail("Boom");
    }
    clock.advance(5_000);
    for (const worker of ready) worker.tell({ type: "alive" });
  }
  assertEquals(guilty.recorder.closes.length, 1);
  assertMatch(detailOf(guilty.recorder), /times in a row: Boom/);
  const alive = [bench, ...others].map(({ recorder }) => recorder.closes);
  assertEquals(alive.flat(), []);
  assertEquals(
    workers.started.filter(({ state }) => state === "alive").length,
    3,
  );
});

Deno.test("WorkerSupervisor() does not blame a worker for its own absence", () => {
  const { recorder, clock, workers: { last } } = makeOpenBench();
  clock.advance(4_000);
  clock.block(60_000);
  assertEquals([recorder.take(), last.state], [[], "alive"]);
  last.tell({ type: "alive" });
  clock.advance(4_000);
  assertEquals([recorder.take(), last.state], [[], "alive"]);
});
