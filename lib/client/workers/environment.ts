/**
 * Changes of the network and of the page, as the platform reports them.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";

/**
 * Reports changes from now on, where the platform has such events.
 *
 * @returns What stops it.
 */
export function watchEnvironment(
  report: (change: EnvironmentChange) => void,
): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const page = findPage();
  globalThis.addEventListener("online", () => report("online"), { signal });
  globalThis.addEventListener("offline", () => report("offline"), { signal });
  page?.addEventListener("resume", () => report("wake"), { signal });
  page?.addEventListener("visibilitychange", () => {
    if ("visibilityState" in page && page.visibilityState === "visible") {
      report("wake");
    }
  }, { signal });
  return () => listening.abort();
}

/** Whether the platform says that there is no network now. */
export function isOffline(): boolean {
  return Reflect.get(navigator, "onLine") === false;
}

/** Only browsers have one, and only their libraries a type for it. */
function findPage(): EventTarget | undefined {
  const page: unknown = Reflect.get(globalThis, "document");
  return page instanceof EventTarget ? page : undefined;
}
