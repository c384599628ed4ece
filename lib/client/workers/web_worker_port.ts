/**
 * The worker side of the boundary: a `Worker`, or a hub on this thread.
 *
 * @module
 */

import { NO_REASON } from "./restart_policy.ts";
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

/** Starts a worker side. May throw what the platform throws. */
export type StartWorkerPort = (listener: WorkerPortListener) => WorkerPort;

/** Starts `worker.ts` of this package, or the script at `url`, in a worker. */
export function startWorker(url?: string | URL): StartWorkerPort {
  return (listener) => {
    if (!("Worker" in globalThis)) throw new TypeError(NO_WORKER);
    return bindWorker(makeWorker(url), listener);
  };
}

const NO_WORKER =
  'There is no Worker here, as in a service worker: use worker: "none"; in a ' +
  'bundle, import "@holdfast/websocket/in-thread" too';

/** Bundlers know this very form, with the URL in place. */
function makeWorker(url: string | URL | undefined): Worker {
  if (url !== undefined) {
    return new Worker(url, { type: "module", name: "holdfast" });
  }
  return new Worker(new URL("../../../worker.ts", import.meta.url), {
    type: "module",
    name: "holdfast",
  });
}

const VIOLATION = "securitypolicyviolation";
const FORBIDDEN = "The content security policy forbids it (worker-src)";

function bindWorker(worker: Worker, listener: WorkerPortListener): WorkerPort {
  let unknown = NO_REASON;
  // Chromium says so before the `error` event, which has no message then.
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
  return {
    post: (records, transfer) => worker.postMessage(records, [...transfer]),
    end: () => {
      worker.onmessage = null;
      worker.onmessageerror = null;
      worker.onerror = null;
      worker.terminate();
      globalThis.removeEventListener(VIOLATION, onViolation);
    },
  };
}
