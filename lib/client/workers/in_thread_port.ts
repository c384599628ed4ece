/**
 * `worker: "none"`: a hub on this very thread, behind a `MessageChannel`.
 *
 * @module
 */

import type { WorkerPort, WorkerPortListener } from "./web_worker_port.ts";

/** Starts a hub on this thread. */
export function startInThread(listener: WorkerPortListener): WorkerPort {
  const { port1: near, port2: far } = new MessageChannel();
  near.onmessage = ({ data }) => listener.post(data);
  near.onmessageerror = () =>
    listener.failed("A message from it could not be read");
  let stop: (() => void) | undefined;
  let state: "wanted" | "ended" = "wanted";
  // The module is not part of the main bundle.
  import("../../worker/serve.ts").then(({ serve }) => {
    if (state === "wanted") stop = serve(far, "shared");
  }, (error: unknown) => listener.failed(String(error)));
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
