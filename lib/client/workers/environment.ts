/**
 * What the platform tells of the network and of the page.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";

/**
 * Tells of changes from now on, where the platform does.
 *
 * @returns What stops it.
 */
export function watchEnvironment(
  tell: (change: EnvironmentChange) => void,
): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const page = findPage();
  globalThis.addEventListener("online", () => tell("online"), { signal });
  globalThis.addEventListener("offline", () => tell("offline"), { signal });
  page?.addEventListener("resume", () => tell("wake"), { signal });
  page?.addEventListener("visibilitychange", () => {
    if ("visibilityState" in page && page.visibilityState === "visible") {
      tell("wake");
    }
  }, { signal });
  return () => listening.abort();
}

/** Tells whether the platform knows that there is no network now. */
export function isOffline(): boolean {
  return Reflect.get(navigator, "onLine") === false;
}

/** Only browsers have one, and only their libraries a type for it. */
function findPage(): EventTarget | undefined {
  const page: unknown = Reflect.get(globalThis, "document");
  return page instanceof EventTarget ? page : undefined;
}
