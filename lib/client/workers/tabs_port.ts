/**
 * `worker: "tabs"`: one worker for all tabs of an origin. Its code is loaded on
 * demand.
 *
 * @module
 */

import { startWorker } from "./web_worker_port.ts";
import { startLater, type StartWorkerPort } from "./worker_port.ts";

/** Which worker the tabs share, and where. */
export interface TabsOptions {
  /** The script; `worker.ts` of this package without it. */
  readonly url?: string | URL | undefined;
  /** `"auto"`: only where a blocked tab does not silence all others. */
  readonly tabs: "auto" | "always";
}

/** Starts a worker that all tabs share, or one of this tab. */
export function startTabs(options: TabsOptions): StartWorkerPort {
  const own = startWorker(options.url);
  const load = import("./shared_worker_port.ts").then(
    ({ startSharedWorker }) => startSharedWorker(options, own),
    // Without that part, a tab does without the others.
    () => own,
  );
  return startLater(() => load);
}
