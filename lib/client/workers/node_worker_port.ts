/**
 * The worker side in Node: a thread of `node:worker_threads`.
 *
 * @module
 */

import type { WorkerThreads } from "../../platform/node.ts";
import type { WorkerPort, WorkerPortListener } from "./worker_port.ts";

/** Starts a thread with this script. */
export function startNodeWorker(
  { Worker }: WorkerThreads,
  script: string | URL,
  listener: WorkerPortListener,
): WorkerPort {
  const worker = new Worker(script, { name: "holdfast" });
  let state: "running" | "ended" = "running";
  const fail = (detail: string) => {
    if (state === "running") listener.failed(detail);
  };
  worker.on("message", (data) => {
    if (state === "running") listener.post(data);
  });
  worker.on("messageerror", () => fail("A message from it could not be read"));
  // An error is an exit, too: the first one counts.
  worker.on("error", (error) => fail(messageOf(error)));
  worker.on("exit", (code) => fail(`It exited with code ${code}`));
  return {
    post: (records, transfer) => worker.postMessage(records, transfer),
    end: () => {
      state = "ended";
      worker.terminate();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
