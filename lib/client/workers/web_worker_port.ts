/**
 * The worker side as a `Worker` of the web, or a thread of Node.
 *
 * @module
 */

import { workerThreads } from "../../platform/node.ts";
import { startNodeWorker } from "./node_worker_port.ts";
import { NO_REASON } from "./restart_policy.ts";
import type { WorkerPort, WorkerPortListener } from "./worker_port.ts";

/** Starts `worker.ts` of this package, or the script at `url`, in a worker. */
export function startWorker(
  url?: string | URL,
): (listener: WorkerPortListener) => WorkerPort {
  return (listener) => {
    if ("Worker" in globalThis) return bindWorker(makeWorker(url), listener);
    const threads = workerThreads();
    if (threads === undefined) throw new TypeError(NO_WORKER);
    // Not loaded on demand: this thread may be blocked from now on.
    return startNodeWorker(threads, scriptAt(url), listener);
  };
}

const NO_WORKER =
  'There is no Worker here, as in a service worker: use worker: "none"; in a ' +
  'bundle, import "@holdfast/websocket/in-thread" too';

function makeWorker(url: string | URL | undefined): Worker {
  // Deno refuses the sources in `node_modules`, which stand beside the scripts.
  const script = "Deno" in globalThis ? scriptAt(url) : url;
  if (script !== undefined) {
    return new Worker(script, { type: "module", name: "holdfast" });
  }
  // Bundlers know this very form, with the URL in place.
  return new Worker(new URL("../../../worker.ts", import.meta.url), {
    type: "module",
    name: "holdfast",
  });
}

/** A script of one's own, or that of the package, in the form that this module has. */
function scriptAt(url: string | URL | undefined): string | URL {
  if (url !== undefined) return URL.parse(url) ?? url;
  const extension = /\.\w+$/.exec(import.meta.url)?.[0] ?? ".js";
  return new URL(`../../../worker${extension}`, import.meta.url);
}

const VIOLATION = "securitypolicyviolation";
const FORBIDDEN = "The content security policy forbids it (worker-src)";

function bindWorker(worker: Worker, listener: WorkerPortListener): WorkerPort {
  let unknown = NO_REASON;
  // Chromium fires it before the `error` event, which has no message then.
  const onViolation = (event: object) => {
    if (Reflect.get(event, "effectiveDirective") !== "worker-src") return;
    unknown = FORBIDDEN;
  };
  globalThis.addEventListener(VIOLATION, onViolation);
  worker.onmessage = ({ data }) => listener.post(data);
  worker.onmessageerror = () =>
    listener.failed("A message from it could not be read");
  worker.onerror = (event) => {
    // Deno throws the error in this thread unless it is marked as handled.
    event.preventDefault();
    listener.failed(event.message || unknown);
  };
  // Only Bun fires it.
  const onExit = (event: object) =>
    listener.failed(`It exited with code ${Reflect.get(event, "code")}`);
  worker.addEventListener("close", onExit);
  return {
    post: (records, transfer) => worker.postMessage(records, [...transfer]),
    end: () => {
      worker.onmessage = null;
      worker.onmessageerror = null;
      worker.onerror = null;
      worker.removeEventListener("close", onExit);
      worker.terminate();
      globalThis.removeEventListener(VIOLATION, onViolation);
    },
  };
}
