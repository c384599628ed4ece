/**
 * A network that can be cut: a TCP proxy in a thread of its own, which runs while
 * the main thread is frozen.
 *
 * @module
 */

/** What the thread is told. */
export type NetworkCommand =
  | { readonly type: "connect"; readonly port: number }
  /** Milliseconds from now. */
  | { readonly type: "cut"; readonly after: number };

/** A network between a client and a server. */
export class Network implements Disposable {
  /** Where clients connect to. */
  readonly url: string;
  readonly #thread: Worker;

  /** Takes over a thread that listens; see {@linkcode startNetwork}. */
  constructor(thread: Worker, port: number) {
    this.#thread = thread;
    this.url = `ws://127.0.0.1:${port}`;
  }

  /** Takes new connections to this port from now on. */
  connectTo(port: number): void {
    this.#tell({ type: "connect", port });
  }

  /** Breaks all connections so many milliseconds from now, even if this thread is frozen. */
  cut(after: number): void {
    this.#tell({ type: "cut", after });
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#thread.terminate();
  }

  #tell(command: NetworkCommand): void {
    this.#thread.postMessage(command);
  }
}

/** Starts a network that takes connections to a port on this machine. */
export async function startNetwork(port: number): Promise<Network> {
  const url = new URL("./network_thread.ts", import.meta.url);
  const thread = new Worker(url, { type: "module" });
  const listening = await new Promise<number>((resolve) => {
    thread.onmessage = ({ data }) => resolve(Number(data));
  });
  const network = new Network(thread, listening);
  network.connectTo(port);
  return network;
}
