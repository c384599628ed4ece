import { assertEquals, assertLessOrEqual } from "@std/assert";
import { deadline } from "@std/async";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { heapInUse } from "../../collect_garbage.ts";
import { SETTINGS } from "./matrix.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

const RECONNECTS = 1_000;
/** By then a heap that only warms up no longer grows. */
const MAX_RECONNECTS = 5_000;
/** At any moment a few sockets of the past are still being closed. */
const BLOCK = 50;
/** Over so many blocks of reconnects the heap is compared. */
const WINDOW = 10;
/** A reconnect that leaves something behind leaves more, in bytes. */
const LEAK = 128;
/** How long all reconnects may take, in milliseconds: far more than they do. */
const LIMIT = 600_000;

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
      const blocks: Usage[] = [];
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
        await deadline(measureBlocks(socket, timers, blocks), LIMIT);
      }
      const early = blocks[1]!;
      const late = blocks.at(-1)!;
      assertLessOrEqual(late.descriptors, early.descriptors + 2);
      assertLessOrEqual(late.threads, early.threads + 4);
      assertLessOrEqual(late.timers, early.timers + 2);
      assertEquals(hasLevelledOff(blocks), true, heapsOf(blocks));
      assertEquals(timers.live, 0);
      assertLessOrEqual(countThreads(), before + 4);
      const { attempts } = await server.report();
      assertLessOrEqual(blocks.length * BLOCK, attempts);
    },
  );
}

/**
 * Measures each block of reconnects, until there were enough and the heap has
 * levelled off: code that gets warm makes steps, a leak goes on and on.
 */
function measureBlocks(
  socket: ReconnectingWebSocket,
  timers: TimerCount,
  blocks: Usage[],
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let block: Usage[] = [];
  const onDisconnect = () => {
    const isLast = block.length === BLOCK - 1;
    block.push(measure(timers, isLast ? heapInUse() : Infinity));
    if (!isLast) return;
    blocks.push(leastOf(block));
    block = [];
    const reconnects = blocks.length * BLOCK;
    const isEnough = reconnects >= RECONNECTS && hasLevelledOff(blocks);
    if (!isEnough && reconnects < MAX_RECONNECTS) return;
    socket.removeEventListener("disconnect", onDisconnect);
    resolve();
  };
  socket.addEventListener("disconnect", onDisconnect);
  return promise;
}

/** Whether the last reconnects have left less in the heap than a leak would. */
function hasLevelledOff(blocks: readonly Usage[]): boolean {
  const [first, last] = [blocks.at(-1 - WINDOW)!, blocks.at(-1)!];
  return last.heap - first.heap <= WINDOW * BLOCK * LEAK;
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
function heapsOf(blocks: readonly Usage[]): string {
  const heaps = blocks.map(({ heap }) => heap);
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
