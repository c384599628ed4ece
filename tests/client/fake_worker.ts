/**
 * Workers that tests drive by hand, and a listener that writes down what it
 * hears.
 */

import { queueTask } from "../../lib/platform/task.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import type {
  StartWorkerPort,
  WorkerPort,
  WorkerPortListener,
} from "../../lib/client/workers/worker_port.ts";
import { RemoteConnection } from "../../lib/client/remote/remote_connection.ts";
import {
  beginSession,
  provideRecord,
} from "../../lib/client/remote/load_record.ts";
import * as records from "../../lib/client/remote/session_record.ts";
import type { RemoteConnectionListener } from "../../lib/client/remote/listener.ts";
import type { NoticeOf } from "../../lib/boundary/protocol.ts";
import { WorkerPool } from "../../lib/client/workers/worker_pool.ts";
import { wantsAck } from "../../lib/boundary/post_window.ts";
import type { OutboxLimits } from "../../lib/queue/outbox.ts";
import { LOST } from "../../lib/rfc6455/close.ts";
import type { Data } from "../../lib/queue/data.ts";
import {
  type Command,
  type Notice,
  PROTOCOL_VERSION,
  type Setup,
} from "../../lib/boundary/protocol.ts";

// What is there at once keeps the tests of a session free of waiting.
provideRecord(records);

/** A setup that never needs anything. */
export const SETUP: Setup = {
  config: {
    openTimeout: 10_000,
    closeTimeout: 5_000,
    stableAfter: 5_000,
    backoff: {
      strategy: "spread",
      maxAttempts: Infinity,
      maxElapsed: Infinity,
    },
    probeTimeout: 3_500,
    idleTimeout: Infinity,
    fatalCloseCodes: [],
    inbox: { maxMessages: 1_000, maxBytes: 1 << 20, overflow: "pause" },
    maxMessageSize: 1 << 24,
    renewableToken: false,
  },
  url: "ws://localhost/",
  protocols: [],
  headers: {},
  transport: "auto",
  autoConnect: true,
  log: "silent",
};

/** The default limits. */
export const LIMITS: OutboxLimits = {
  maxMessages: 10_000,
  maxBytes: 1 << 24,
  overflow: "reject",
};

/** How a connection ends. */
export type Ending = Pick<
  NoticeOf<"closed">,
  "info" | "cause" | "failure" | "url"
>;

/** One far end. */
export class FakeWorker implements WorkerPort {
  /** What came, post by post. */
  readonly posts: (readonly Command[])[] = [];
  readonly #listener: WorkerPortListener;
  state: "alive" | "ended" = "alive";
  /** Whether each post is acknowledged in a microtask. */
  acks: "auto" | "manual" = "auto";

  constructor(listener: WorkerPortListener) {
    this.#listener = listener;
  }

  post(records: readonly Command[], transfer: readonly ArrayBuffer[]): void {
    this.posts.push(structuredClone(records, { transfer: [...transfer] }));
    if (!wantsAck(records) || this.acks === "manual") return;
    queueMicrotask(() => this.tell({ type: "ack" }));
  }

  end(): void {
    this.state = "ended";
  }

  /** Posts notices. */
  tell(...notices: readonly Notice[]): void {
    if (this.state === "alive") this.#listener.post(structuredClone(notices));
  }

  /** Posts anything. */
  tellRaw(data: unknown): void {
    this.#listener.post(data);
  }

  /** Completes the handshake. */
  ready(version = PROTOCOL_VERSION): void {
    this.tell({ type: "ready", version });
  }

  /** Breaks. */
  fail(detail: string): void {
    this.#listener.failed(detail);
  }

  /** All commands so far, of one type; of a `connect` that comes twice the first. */
  all<T extends Command["type"]>(
    type: T,
  ): readonly Extract<Command, { type: T }>[] {
    const connected = new Set<number>();
    return this.posts.flat().filter((
      command,
    ): command is Extract<Command, { type: T }> => {
      if (command.type === "connect") {
        if (connected.has(command.id)) return false;
        connected.add(command.id);
      }
      return command.type === type;
    });
  }

  /** The text of all messages that have crossed. */
  get sent(): readonly unknown[] {
    return this.all("send").flatMap(({ messages }) => messages);
  }

  /** Delivers messages, numbered from `first`; the default size is that of ASCII. */
  deliver(
    messages: readonly Data[],
    { id = 1, first = 1, bytes = messages.join("").length }: {
      readonly id?: number;
      readonly first?: number;
      readonly bytes?: number;
    } = {},
  ): void {
    const runs = [id, first, messages.length, bytes];
    this.tell({ type: "messages", messages, runs });
  }

  /** Tells of a connection that has opened. */
  open(
    id: number,
    after = 0,
    how: Partial<Pick<NoticeOf<"opened">, "url">> = {},
  ): void {
    this.tell({ type: "opened", id, after, ...OPENED, ...how });
  }

  /** Tells of a connection that has ended. */
  close(id: number, after = 0, how: Partial<Ending> = {}): void {
    const status = { kind: "closed", attempt: 1 } as const;
    const ended = { status, info: CLEAN, cause: "requested", ...how } as const;
    this.tell({ type: "closed", id, after, ...ended });
  }

  /** Tells of a connection that was lost. */
  lose(id: number, after = 0, how: Partial<Ending> = {}): void {
    const status = { kind: "waiting", attempt: 1, delay: 1_000 } as const;
    const lost = { status, info: LOST, attempt: 1, ...how };
    this.tell({ type: "disconnected", id, after, ...lost });
  }
}

const CLEAN = { closeCode: 1000, reason: "", wasClean: true };
const OPENED = {
  url: "ws://localhost/",
  protocol: "",
  extensions: "",
  status: { kind: "open", attempt: 1 },
  reconnected: false,
  transport: "native",
} as const;

/** All workers that have been started. */
export class FakeWorkers {
  readonly started: FakeWorker[] = [];
  readonly start: StartWorkerPort = (listener) => {
    const worker = new FakeWorker(listener);
    this.started.push(worker);
    return worker;
  };

  /** The one that was started last. */
  get last(): FakeWorker {
    const worker = this.started.at(-1);
    if (worker === undefined) throw new Error("No worker has been started");
    return worker;
  }
}

/** Writes down what a connection tells, in short. */
export class Recorder implements RemoteConnectionListener {
  readonly events: string[] = [];
  readonly closes: NoticeOf<"closed">[] = [];
  readonly losses: NoticeOf<"disconnected">[] = [];
  /** Called after each event with its name. */
  onevent: (event: string) => void = () => {};

  status: RemoteConnectionListener["status"] = ({ kind }) =>
    this.#note(`status ${kind}`);
  opened: RemoteConnectionListener["opened"] = ({ reconnected }) =>
    this.#note(reconnected ? "opened again" : "opened");
  message: RemoteConnectionListener["message"] = (data) =>
    this.#note(`message ${typeof data === "string" ? data : data.byteLength}`);
  disconnected: RemoteConnectionListener["disconnected"] = (notice) => {
    this.losses.push(notice);
    this.#note("disconnected");
  };
  closed: RemoteConnectionListener["closed"] = (notice) => {
    this.closes.push(notice);
    this.#note(`closed ${notice.cause}`);
  };
  dropped: RemoteConnectionListener["dropped"] = (
    { count, bytes, direction, reason },
  ) => this.#note(`dropped ${count} ${bytes} ${direction} ${reason}`);
  request: RemoteConnectionListener["request"] = (request, what) =>
    this.#note(`request ${request} ${what}`);
  heartbeat: RemoteConnectionListener["heartbeat"] = ({ latency }) =>
    this.#note(`heartbeat ${latency}`);
  probed: RemoteConnectionListener["probed"] = ({ request, result }) =>
    this.#note(`probed ${request} ${result.kind}`);
  log: RemoteConnectionListener["log"] = ({ message }) =>
    this.#note(`log ${message}`);

  /** What has been noted since the last call, without status. */
  take(): readonly string[] {
    return this.events.splice(0).filter((event) => !event.startsWith("status"));
  }

  #note(event: string): void {
    this.events.push(event);
    this.onevent(event);
  }
}

/** Closes a connection, and has its worker report that it is closed. */
export function closeConnection(
  connection: RemoteConnection,
  worker: FakeWorker,
): void {
  connection.close(1000, "");
  worker.close(connection.id);
}

/** A connection on a fake worker. */
export interface Bench {
  readonly clock: ManualClock;
  readonly workers: FakeWorkers;
  readonly pool: WorkerPool;
  readonly recorder: Recorder;
  readonly connection: RemoteConnection;
}

/** Makes a connection on a fake worker that is not ready. */
export function makeBench(
  { setup = SETUP, limits = LIMITS }: {
    readonly setup?: Setup;
    readonly limits?: OutboxLimits;
  } = {},
): Bench {
  const clock = new ManualClock();
  const workers = new FakeWorkers();
  const pool = new WorkerPool({ start: workers.start, clock });
  const recorder = new Recorder();
  const connection = new RemoteConnection(
    pool,
    setup,
    limits,
    recorder,
    beginSession,
  );
  return { clock, workers, pool, recorder, connection };
}

/** Makes a connection that is open: its id is 1. */
export function makeOpenBench(
  options: Parameters<typeof makeBench>[0] = {},
): Bench {
  const bench = makeBench(options);
  bench.workers.last.ready();
  bench.workers.last.open(1);
  bench.recorder.take();
  return bench;
}

/** Waits until all microtasks have run, and the tasks that events of a batch have each. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await new Promise<void>((resolve) => queueTask(resolve));
  }
}

/** Waits for the event loop: what a Blob needs to be read, for example. */
export function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      port2.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
