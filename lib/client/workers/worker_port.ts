/**
 * The worker side of the boundary, as its client sees it.
 *
 * @module
 */

import type { Command } from "../../boundary/protocol.ts";

/** What the worker side posts, or what happens to it. Never called from within `StartWorkerPort`. */
export interface WorkerPortListener {
  /** A post came in, which may be anything. */
  post(data: unknown): void;
  /** It broke, in the platform's words. */
  failed(detail: string): void;
}

/** The worker side, to which posts can be sent. */
export interface WorkerPort {
  /** Sends a post; the buffers in `transfer` are gone afterwards. */
  post(records: readonly Command[], transfer: readonly ArrayBuffer[]): void;
  /** Ends it at once, with everything in it. Its listener is not called again. */
  end(): void;
}

/**
 * Starts a worker side, after so many that have failed in a row. May throw what
 * the platform throws.
 */
export type StartWorkerPort = (
  listener: WorkerPortListener,
  failures: number,
) => WorkerPort;

/** Starts what `load` gives: code that few pages use. What is posted meanwhile waits. */
export function startLater(
  load: () => Promise<StartWorkerPort>,
): StartWorkerPort {
  return (listener, failures) => {
    const port = load().then((start) => start(listener, failures));
    const use = (action: (port: WorkerPort) => void) => {
      port.then(action).catch((error) =>
        listener.failed(error instanceof Error ? error.message : `${error}`)
      );
    };
    // Reports a failed load at once.
    use(() => {});
    return {
      post: (...post) => use((port) => port.post(...post)),
      end: () => use((port) => port.end()),
    };
  };
}
