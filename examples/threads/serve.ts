/**
 * Starts the server of the examples that freeze something.
 *
 * @module
 */

/** A server in a thread of its own. */
export interface ServerThread extends Disposable {
  readonly url: string;
  /** Freezes the server for so many milliseconds. */
  freeze(duration: number): void;
}

/** Starts the server in `echo_server.ts`. */
export async function serveInThread(): Promise<ServerThread> {
  const worker = new Worker(new URL("./echo_server.ts", import.meta.url), {
    type: "module",
  });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage("port", [port2]);
  const port = await new Promise<number>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
  });
  return {
    url: `ws://localhost:${port}`,
    freeze: (duration) => port1.postMessage(duration),
    [Symbol.dispose]() {
      port1.close();
      worker.terminate();
    },
  };
}
