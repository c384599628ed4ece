/**
 * Ports for programs that cannot listen on port 0.
 *
 * @module
 */

/** Asks the OS for a loopback port that nobody uses at this moment. */
export function findUnusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
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
