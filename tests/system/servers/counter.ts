/**
 * A server that talks without being asked, in a thread of its own.
 *
 * @module
 */

/** A running counter; disposing it ends it. */
export interface Counter extends Disposable {
  readonly port: number;
  /** Its URL; the query `?burst=<n>` makes it begin with n messages at once. */
  readonly url: string;
}

/** A message of a counter. */
export interface Count {
  /** 1 for the first message to anyone. */
  readonly number: number;
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
}

/** Starts a server that sends a {@linkcode Count} every 5 ms to each connection. */
export async function startCounter(): Promise<Counter> {
  const script = new URL("./counter_main.ts", import.meta.url);
  const worker = new Worker(script, { type: "module" });
  const listening = Promise.withResolvers<number>();
  worker.onmessage = ({ data }) => listening.resolve(data);
  const port = await listening.promise;
  return {
    port,
    url: `ws://127.0.0.1:${port}/`,
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** Reads a message of a counter. */
export function readCount(data: unknown): Count {
  const [number, at] = String(data).split(" ").map(Number);
  return { number: number ?? NaN, at: at ?? NaN };
}
