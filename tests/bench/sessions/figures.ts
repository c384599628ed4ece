/**
 * What a session costs: the same socket with one and without.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { Remote } from "../../system/servers/remote/remote.ts";
import { openProcess } from "../../system/servers/remote/remote_process.ts";
import { percentile } from "../harness/statistics.ts";

/** A command to the server of the figures. */
export type FiguresCommand =
  | { readonly type: "report" }
  /** Stores messages of 100 bytes for a session. */
  | {
    readonly type: "push";
    readonly store: StoreName;
    readonly session: string;
    readonly count: number;
  };

/** What that server tells. */
export interface FiguresReport {
  readonly pid: number;
  readonly port: number;
  readonly connections: number;
  /** In bytes, after a collection. */
  readonly heap: number;
  /** What its SQLite file holds, in bytes. */
  readonly file: number;
}

/** Whether there is a session, and where the server keeps it. */
export const SUBJECTS = ["plain", "memory", "sqlite"] as const;

/** One of the columns of the table. */
export type Subject = typeof SUBJECTS[number];

/** Where sessions are kept; in Redis only if the server was given one. */
export type StoreName = Exclude<Subject, "plain"> | "redis";

/**
 * A socket without a session, whose server runs so many scripts in Redis, one
 * after the other, before it answers: what no session in Redis can undercut.
 */
export type Bare = "bare-1" | "bare-2";

const MESSAGE = "x".repeat(100);
const THROUGHPUT = 20_000;
const WARM_UP = 2_000;
/** What is sent in one go, and what may wait when the next go begins. */
const BURST = 500;
const WAITING_BYTES = 1 << 20;
const ROUND_TRIPS = 900;
const GAP = 10_000;
const ACKNOWLEDGED = 10_000;
const IDLE = 2_000;
const IDLE_BATCH = 50;

/** The server, in a process of its own. */
export class FiguresServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #remote: Remote<FiguresCommand, FiguresReport>;

  private constructor(folder: string, redis: number) {
    this.#folder = folder;
    const script = new URL("./figures_server.ts", import.meta.url).href;
    const command = [
      ...[Deno.execPath(), "run", "--quiet", "--allow-all"],
      ...[
        "--v8-flags=--expose-gc",
        script,
        `${folder}/sessions.db`,
        `${redis}`,
      ],
    ];
    this.#remote = new Remote((receiver) => openProcess(command, receiver));
  }

  /**
   * Starts it.
   *
   * @param redis The port of a Redis on loopback; 0 for none.
   */
  static async start(redis = 0): Promise<FiguresServer> {
    return new FiguresServer(await Deno.makeTempDir(), redis);
  }

  /** Sends a command. */
  call(command: FiguresCommand): Promise<FiguresReport> {
    return this.#remote.call(command);
  }

  /** Waits until no client is connected. */
  async idle(): Promise<FiguresReport> {
    for (;;) {
      const report = await this.call({ type: "report" });
      if (report.connections === 0) return report;
      await turn();
    }
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** How many messages a measurement of rates takes, its warming up included. */
export const MESSAGES = WARM_UP + THROUGHPUT;

/** Messages per second to the server. */
export async function measureUp(subject: Subject, port: number) {
  await using socket = await open(subject, port);
  await sendCounted(socket, WARM_UP);
  const started = performance.now();
  await sendCounted(socket, THROUGHPUT);
  return THROUGHPUT * 1_000 / (performance.now() - started);
}

/** Messages per second from the server. */
export async function measureDown(subject: Subject, port: number) {
  await using socket = await open(subject, port);
  await receiveFlood(socket, WARM_UP);
  const started = performance.now();
  await receiveFlood(socket, THROUGHPUT);
  return THROUGHPUT * 1_000 / (performance.now() - started);
}

/** The median of round trips, one at a time, in milliseconds. */
export async function measureRoundTrip(
  subject: Subject | StoreName | Bare,
  port: number,
) {
  await using socket = await open(subject, port);
  const times: number[] = [];
  const done = Promise.withResolvers<void>();
  let sentAt = performance.now();
  socket.addEventListener("message", () => {
    times.push(performance.now() - sentAt);
    if (times.length === ROUND_TRIPS) return done.resolve();
    sentAt = performance.now();
    socket.send(`e${MESSAGE}`);
  });
  socket.send(`e${MESSAGE}`);
  await done.promise;
  return percentile(times.slice(ROUND_TRIPS / 3), 50);
}

/** From the dial of a client that missed 10,000 messages until it has them, in milliseconds. */
export async function measureGap(
  store: StoreName,
  server: FiguresServer,
  port: number,
) {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const url = async () => {
    await gate.promise;
    return `ws://127.0.0.1:${port}/${store}/gap`;
  };
  await using socket = new ReconnectingWebSocket(url, [], {
    session: true,
    openTimeout: 60_000,
  });
  await socket.opened;
  const all = received(socket, GAP);
  gate = Promise.withResolvers<void>();
  socket.reconnect();
  await server.idle();
  const session = socket.session!.id;
  await server.call({ type: "push", store, session, count: GAP });
  const started = performance.now();
  gate.resolve();
  await all;
  return performance.now() - started;
}

/** Acknowledgements alone per 1,000 messages, by who sent the messages. */
export async function measureAcknowledgements(port: number) {
  const counts = countAlone();
  try {
    await using socket = await open("memory", port, {
      transport: "native",
      worker: "none",
    });
    await sendCounted(socket, ACKNOWLEDGED);
    const up = counts.received * 1_000 / ACKNOWLEDGED;
    counts.sent = 0;
    await receiveFlood(socket, ACKNOWLEDGED);
    return { up, down: counts.sent * 1_000 / ACKNOWLEDGED };
  } finally {
    counts.stop();
  }
}

/** Bytes of a session that nobody is connected to, without messages. */
export async function measureIdle(
  store: Exclude<Subject, "plain">,
  server: FiguresServer,
  port: number,
) {
  // Code that runs for the first time takes memory, and stays.
  await openAndLeaveAll(store, port, "warm");
  const before = await server.idle();
  for (let batch = 0; batch < IDLE / IDLE_BATCH; batch += 1) {
    await openAndLeaveAll(store, port, `${batch}`);
  }
  const after = await server.idle();
  const of = store === "memory" ? "heap" : "file";
  return (after[of] - before[of]) / IDLE;
}

/** Opens sessions of principals of their own by hand, and leaves them. */
async function openAndLeaveAll(
  store: string,
  port: number,
  name: string,
): Promise<void> {
  const url = `ws://127.0.0.1:${port}/${store}/${name}`;
  await Promise.all(
    Array.from(
      { length: IDLE_BATCH },
      (_, index) => openAndLeave(`${url}-${index}`),
    ),
  );
}

/** Opens a socket, with a session or without. */
export async function open(
  subject: Subject | StoreName | Bare,
  port: number,
  options: ConstructorParameters<typeof ReconnectingWebSocket>[2] = {},
): Promise<ReconnectingWebSocket> {
  const path = `${subject}/${crypto.randomUUID()}`;
  const socket = new ReconnectingWebSocket(
    `ws://127.0.0.1:${port}/${path}`,
    [],
    {
      ...options,
      outbox: { maxMessages: Infinity, maxBytes: Infinity },
      ...hasSession(subject) && { session: true },
    },
  );
  await socket.opened;
  return socket;
}

function hasSession(subject: Subject | StoreName | Bare): boolean {
  return subject !== "plain" && !subject.startsWith("bare");
}

async function sendCounted(
  socket: ReconnectingWebSocket,
  count: number,
): Promise<void> {
  const counted = received(socket, 1);
  socket.send(`expect ${count}`);
  for (let sent = 0; sent < count; sent += BURST) {
    for (let index = 0; index < BURST; index += 1) socket.send(MESSAGE);
    do await turn(); while (socket.bufferedAmount > WAITING_BYTES);
  }
  await counted;
}

async function receiveFlood(
  socket: ReconnectingWebSocket,
  count: number,
): Promise<void> {
  const all = received(socket, count);
  socket.send(`flood ${count}`);
  await all;
}

/** Waits for so many messages. */
function received(socket: ReconnectingWebSocket, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const listener = () => {
      if ((left -= 1) > 0) return;
      socket.removeEventListener("message", listener);
      resolve();
    };
    socket.addEventListener("message", listener);
  });
}

/** Opens a session by hand, and leaves it. */
export async function openAndLeave(url: string): Promise<void> {
  const socket = new WebSocket(url, "holdfast.session.v1");
  const next = (type: string) =>
    new Promise((resolve) => socket.addEventListener(type, resolve));
  await next("open");
  const [answered, closed] = [next("message"), next("close")];
  socket.send(`c|${
    JSON.stringify({
      ...{ op: "open", attempt: 1, instance: "i", protocols: [] },
      ...{ window: [256, 1 << 20], maxMessage: 1 << 20, ttl: 120_000 },
    })
  }`);
  await answered;
  socket.close();
  await closed;
}

/** Counts frames that only acknowledge, of all WebSockets from now on. */
function countAlone() {
  const Original = globalThis.WebSocket;
  const counts = {
    sent: 0,
    received: 0,
    stop: () => {
      globalThis.WebSocket = Original;
    },
  };
  const isAlone = (data: unknown) =>
    typeof data === "string" && data.startsWith("a");
  globalThis.WebSocket = new Proxy(Original, {
    construct(target, values: ConstructorParameters<typeof WebSocket>) {
      const socket = new target(...values);
      socket.addEventListener("message", ({ data }) => {
        if (isAlone(data)) counts.received += 1;
      });
      socket.send = (data) => {
        if (isAlone(data)) counts.sent += 1;
        Original.prototype.send.call(socket, data);
      };
      return socket;
    },
  });
  return counts;
}

/** Lets everything else run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
