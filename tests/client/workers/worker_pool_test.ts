import { assertEquals, assertThrows } from "@std/assert";
import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import { WorkerPool } from "../../../lib/client/workers/worker_pool.ts";
import type { Setup } from "../../../lib/boundary/protocol.ts";
import {
  closeConnection,
  type FakeWorker,
  FakeWorkers,
  LIMITS,
  makeOpenBench,
  Recorder,
  settle,
  SETUP,
} from "../fake_worker.ts";
import { remove } from "../../globals.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

Deno.test("WorkerPool() gives a connection to the worker with the fewest", async () => {
  const workers = new FakeWorkers();
  const pool = new WorkerPool({
    start: workers.start,
    size: 3,
    clock: new ManualClock(),
  });
  const open = () => new RemoteConnection(pool, SETUP, LIMITS, new Recorder());
  for (let count = 0; count < 7; count += 1) open();
  assertEquals(workers.started.length, 3);
  for (const worker of workers.started) worker.ready();
  const connections = () =>
    workers.started.map((worker) => worker.all("connect").length);
  assertEquals(connections(), [3, 2, 2]);
  // The first of the second worker.
  workers.started[1]?.close(1);
  open();
  await settle();
  assertEquals(connections(), [3, 3, 2]);
  for (const worker of workers.started) {
    for (const { id } of worker.all("connect")) worker.close(id);
  }
  assertEquals(workers.started.map(({ state }) => state), [
    "ended",
    "ended",
    "ended",
  ]);
});

Deno.test("WorkerPool() gives connections over Deno's WebSocket workers that end with them", () => {
  const workers = new FakeWorkers();
  const pool = new WorkerPool({
    start: workers.start,
    clock: new ManualClock(),
  });
  const open = (transport: Setup["transport"]) =>
    new RemoteConnection(
      pool,
      { ...SETUP, transport },
      LIMITS,
      new Recorder(),
    );
  for (const transport of ["auto", "native", "ws", "native"] as const) {
    open(transport);
  }
  for (const worker of workers.started) worker.ready();
  const [others, native] = workers.started;
  assertEquals(transportsIn(others), ["auto", "ws"]);
  assertEquals(transportsIn(native), ["native", "native"]);
  for (const { id } of native?.all("connect") ?? []) native?.close(id);
  assertEquals([others?.state, native?.state], ["alive", "ended"]);
});

Deno.test("WorkerPool() lets connections over a browser's WebSocket share a worker with others", () => {
  const workers = new FakeWorkers();
  using _deno = remove(globalThis, "Deno");
  const pool = new WorkerPool({
    start: workers.start,
    clock: new ManualClock(),
  });
  for (const transport of ["auto", "native"] as const) {
    const setup = { ...SETUP, transport };
    new RemoteConnection(pool, setup, LIMITS, new Recorder());
  }
  workers.last.ready();
  assertEquals(workers.started.length, 1);
  assertEquals(transportsIn(workers.last), ["auto", "native"]);
});

function transportsIn(worker: FakeWorker | undefined): readonly string[] {
  return worker?.all("connect").map(({ setup }) => setup.transport) ?? [];
}

Deno.test("WorkerPool() closes its connections when it is disposed of", async () => {
  const { pool, recorder, clock, workers: { last } } = makeOpenBench();
  let state = "waiting";
  const disposed = pool[Symbol.asyncDispose]().then(() => state = "disposed");
  await settle();
  assertEquals(last.all("close").map(({ closeCode }) => closeCode), [1000]);
  assertEquals(state, "waiting");
  last.close(1);
  await disposed;
  assertEquals([recorder.take(), clock.timers], [["closed requested"], 0]);
  await pool[Symbol.asyncDispose]();
  const error = assertThrows(
    () => new RemoteConnection(pool, SETUP, LIMITS, new Recorder()),
    DOMException,
    "disposed",
  );
  assertEquals((error as DOMException).name, "InvalidStateError");
});

Deno.test("WorkerPool() reports the network while it has connections, and not after", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  await settle();
  dispatchEvent(new Event("offline"));
  dispatchEvent(new Event("online"));
  await settle();
  assertEquals(last.all("environment").map(({ change }) => change), [
    "offline",
    "online",
  ]);
  closeConnection(connection, last);
  dispatchEvent(new Event("online"));
  await settle();
  assertEquals(last.all("environment").length, 2);
});

Deno.test("WorkerPool() reports to a worker that starts that the network is gone", async () => {
  const { connection, clock, workers } = makeOpenBench();
  dispatchEvent(new Event("offline"));
  workers.last.fail("Boom");
  clock.advance(5_000);
  workers.last.ready();
  await settle();
  assertEquals(workers.last.all("environment").map(({ change }) => change), [
    "offline",
  ]);
  closeConnection(connection, workers.last);
});

Deno.test("WorkerPool() takes a page that is put away for no network that is gone", async () => {
  const { connection, clock, workers } = makeOpenBench();
  dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  await settle();
  assertEquals(workers.last.all("environment").map(({ change }) => change), [
    "away",
  ]);
  workers.last.fail("Boom");
  clock.advance(5_000);
  workers.last.ready();
  await settle();
  assertEquals(workers.last.all("environment"), []);
  closeConnection(connection, workers.last);
});

Deno.test("WorkerPool() asks the platform anew after a time without connections", () => {
  const { pool, connection, workers } = makeOpenBench();
  dispatchEvent(new Event("offline"));
  closeConnection(connection, workers.last);
  // Nobody hears of this.
  dispatchEvent(new Event("online"));
  const next = new RemoteConnection(pool, SETUP, LIMITS, new Recorder());
  workers.last.ready();
  assertEquals(workers.last.all("environment"), []);
  closeConnection(next, workers.last);
});
