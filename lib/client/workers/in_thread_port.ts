/**
 * `worker: "none"`: a hub on this very thread, behind a `MessageChannel`.
 *
 * @module
 */

import type { WorkerPort, WorkerPortListener } from "./worker_port.ts";

/** Serves connections at a port, and returns what stops it. */
type Serve = (port: MessagePort, realm: "shared") => () => void;

/**
 * If a bundler followed this import, every page would load the worker's code,
 * although few pages use `worker: "none"`. A bundler does not follow an import
 * whose options it cannot read. Deno and JSR read the specifier alone.
 */
const NOT_BUNDLED: ImportCallOptions = {};

let provided: Serve | undefined;

/** Takes the code of the worker, which a bundle cannot load later. */
export function provideInThread(serve: Serve): void {
  provided = serve;
}

/** Starts a hub on this thread. */
export function startInThread(listener: WorkerPortListener): WorkerPort {
  const { port1: near, port2: far } = new MessageChannel();
  near.onmessage = ({ data }) => listener.post(data);
  near.onmessageerror = () =>
    listener.failed("A message from it could not be read");
  let stop: (() => void) | undefined;
  let state: "wanted" | "ended" = "wanted";
  loadServe().then((serve) => {
    if (state === "wanted") stop = serve(far, "shared");
  }, (error: unknown) => listener.failed(explain(error)));
  return {
    post: (records, transfer) => near.postMessage(records, [...transfer]),
    end: () => {
      state = "ended";
      stop?.();
      near.onmessage = null;
      near.close();
      far.close();
    },
  };
}

async function loadServe(): Promise<Serve> {
  if (provided !== undefined) return provided;
  const { serve } = await import("../../worker/serve.ts", NOT_BUNDLED);
  return serve;
}

function explain(error: unknown): string {
  return `worker: "none" needs the worker's code on this thread; in a bundle, ` +
    `import "@holdfast/websocket/in-thread": ${error}`;
}
