/**
 * Loopback ports that stay unused until a test uses them: a port from the OS
 * (port 0) goes to the next program that asks, even while a test restarts its server
 * there or expects to be refused.
 *
 * @module
 */

/** Linux gives out 32,768 and above by itself; browsers refuse 10,080. */
const PORTS = { from: 10_240, to: 32_768 };

/**
 * Finds a loopback port that nobody uses, and that nobody is given by chance. For
 * fixtures call it on the main thread: two threads may choose the same port.
 */
export function findUnusedPort(): number {
  for (;;) {
    const port = ports.next().value;
    if (isUnused(port)) return port;
  }
}

const ports = rotate(partOf(Deno.env.get("HOLDFAST_TEST_LANE") ?? "1/1"));

/** `deno task test` runs files side by side, each lane with ports of its own. */
function partOf(lane: string): typeof PORTS {
  const [number = 1, count = 1] = lane.split("/").map(Number);
  const size = Math.floor((PORTS.to - PORTS.from) / count);
  const from = PORTS.from + (number - 1) * size;
  return { from, to: from + size };
}

/** Gives ports in turn; each thread begins elsewhere. */
function* rotate({ from, to }: typeof PORTS): Generator<number, never> {
  const start = Math.floor(Math.random() * (to - from));
  for (let step = 0;; step += 1) yield from + (start + step) % (to - from);
}

function isUnused(port: number): boolean {
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/**
 * Waits until someone accepts TCP connections on a loopback port.
 *
 * @param port The port.
 * @param signal Ends the waiting.
 */
export async function waitForListener(
  port: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}

/** A daemon says nothing when it begins to listen; milliseconds. */
const POLL_INTERVAL = 10;
