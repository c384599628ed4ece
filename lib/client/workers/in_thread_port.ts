/**
 * `worker: "none"`: a hub on this very thread. Its code is loaded on demand.
 *
 * @module
 */

import { startLater, type StartWorkerPort } from "./worker_port.ts";

/**
 * If a bundler followed this import, every page would load the worker's code,
 * although few pages use `worker: "none"`. A bundler does not follow an import
 * whose options it cannot read. Deno and JSR read the specifier alone.
 */
const NOT_BUNDLED: ImportCallOptions = {};

let provided: StartWorkerPort | undefined;

/** Takes the code of the worker, which a bundle cannot load later. */
export function provideInThread(start: StartWorkerPort): void {
  provided = start;
}

/** Starts a hub on this thread. */
export const startInThread: StartWorkerPort = /* @__PURE__ */ startLater(load);

async function load(): Promise<StartWorkerPort> {
  if (provided !== undefined) return provided;
  try {
    const worker = await import("../../worker/in_thread.ts", NOT_BUNDLED);
    return worker.serveInThread;
  } catch (error) {
    throw new TypeError(
      `worker: "none" needs the worker's code on this thread; in a bundle, ` +
        `import "@holdfast/websocket/in-thread": ${error}`,
    );
  }
}
