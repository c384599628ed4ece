/**
 * The worker side in Node: a thread of `node:worker_threads`.
 *
 * @module
 */

import type { WorkerThreads } from "../../platform/node.ts";
import type { WorkerPort, WorkerPortListener } from "./worker_port.ts";

/** Starts a thread with `worker` of this package, or with the script at `url`. */
export function startNodeWorker(
  { Worker }: WorkerThreads,
  url: string | URL | undefined,
  listener: WorkerPortListener,
): WorkerPort {
  const worker = new Worker(scriptAt(url), { name: "holdfast" });
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

/** A script of one's own, or that of the package, in the form that this module has. */
export function scriptAt(url: string | URL | undefined): string | URL {
  if (url !== undefined) return URL.parse(url) ?? url;
  const extension = /\.\w+$/.exec(import.meta.url)?.[0] ?? ".js";
  return new URL(`../../../worker${extension}`, import.meta.url);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
