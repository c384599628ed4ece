import { assertEquals, assertLessOrEqual } from "@std/assert";
import { deadline } from "@std/async";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { heapInUse } from "../../collect_garbage.ts";
import { SETTINGS } from "./matrix.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

const RECONNECTS = 1_000;
/** At any moment a few sockets of the past are still being closed. */
const SAMPLES = 50;
const MEBIBYTE = 1024 * 1024;
/** How long all reconnects may take, in milliseconds: far more than they do. */
const LIMIT = 120_000;

for (const { name, options } of SETTINGS) {
  Deno.test(
    `ReconnectingWebSocket() leaves nothing behind in 1,000 reconnects (${name})`,
    // Descriptors and threads are counted by /proc.
    { ignore: Deno.build.os !== "linux" },
    async () => {
      await using server = await startWsServer(
        { handshake: { type: "accept-and-drop" } },
        "process",
      );
      using timers = new TimerCount();
      const before = countThreads();
      const usages: Usage[] = [];
      {
        await using socket = new ReconnectingWebSocket(server.url, [], {
          ...options,
          backoff: {
            strategy: "exponential",
            initialDelay: 1,
            maxDelay: 1,
            jitter: "none",
          },
        });
        // One limit for all: each would stay in the heap until its time is over.
        const losses = countLosses(socket, (loss) => {
          const heap = loss % SAMPLES === 0 ? heapInUse() : Infinity;
          usages.push(measure(timers, heap));
        });
        await deadline(losses, LIMIT);
      }
      const early = leastOf(usages.slice(SAMPLES, 2 * SAMPLES));
      const late = leastOf(usages.slice(-SAMPLES));
      assertLessOrEqual(late.descriptors, early.descriptors + 2);
      assertLessOrEqual(late.threads, early.threads + 4);
      assertLessOrEqual(late.timers, early.timers + 2);
      assertLessOrEqual(late.heap, early.heap + MEBIBYTE, heapsOf(usages));
      assertEquals(timers.live, 0);
      assertLessOrEqual(countThreads(), before + 4);
      const { attempts } = await server.report();
      assertLessOrEqual(RECONNECTS, attempts);
    },
  );
}

/** Calls back at each loss, until there were enough. */
function countLosses(
  socket: ReconnectingWebSocket,
  onLoss: (loss: number) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let losses = 0;
  socket.addEventListener("disconnect", () => {
    losses += 1;
    if (losses <= RECONNECTS) onLoss(losses);
    if (losses === RECONNECTS) resolve();
  });
  return promise;
}

/** What is in use: numbers, and the size of this thread's heap in bytes. */
interface Usage {
  readonly descriptors: number;
  readonly threads: number;
  readonly timers: number;
  readonly heap: number;
}

function measure(timers: TimerCount, heap: number): Usage {
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].length;
  return { descriptors, threads: countThreads(), timers: timers.live, heap };
}

function countThreads(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]);
}

/** What was measured, to tell a step from a slope. */
function heapsOf(usages: readonly Usage[]): string {
  const heaps = usages.map(({ heap }) => heap).filter(Number.isFinite);
  return `The heap in bytes: ${heaps.join(", ")}`;
}

function leastOf(usages: readonly Usage[]): Usage {
  const least = (key: keyof Usage) =>
    Math.min(...usages.map((usage) => usage[key]));
  return {
    descriptors: least("descriptors"),
    threads: least("threads"),
    timers: least("timers"),
    heap: least("heap"),
  };
}

/** Counts this thread's pending timers until it is disposed of. */
class TimerCount implements Disposable {
  readonly #live = new Set<unknown>();
  readonly #originals = {
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
  };

  constructor() {
    const live = this.#live;
    const { setTimeout, clearTimeout, setInterval, clearInterval } =
      this.#originals;
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, delay?: number) => {
        const timer = setTimeout(() => {
          live.delete(timer);
          callback();
        }, delay);
        live.add(timer);
        return timer;
      },
      setInterval: (callback: () => void, period?: number) => {
        const timer = setInterval(callback, period);
        live.add(timer);
        return timer;
      },
      clearTimeout: (timer: number) => {
        live.delete(timer);
        clearTimeout(timer);
      },
      clearInterval: (timer: number) => {
        live.delete(timer);
        clearInterval(timer);
      },
    });
  }

  /** How many are pending. */
  get live(): number {
    return this.#live.size;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#originals);
  }
}
