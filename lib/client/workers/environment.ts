/**
 * Changes of the network and of the page, as the platform reports them.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";

/**
 * How long a page that is put away waits for its workers to close their
 * connections, in milliseconds of running. Chromium stops the workers with their
 * page, at once, and their servers would keep open connections that nobody reads.
 */
const TIME_TO_CLOSE = 25;
/** Where others take the processor, the page waits at most this many times as long. */
const LONGEST = 10;
/** In a longer step of the clock, in milliseconds, others had the processor. */
const STEP = 2;

/**
 * Reports changes from now on, where the platform has such events.
 *
 * @returns What stops it.
 */
export function watchEnvironment(
  report: (change: EnvironmentChange) => void,
): () => void {
  if (!("addEventListener" in globalThis)) return () => {};
  const listening = new AbortController();
  const options = { signal: listening.signal };
  const page = findPage();
  globalThis.addEventListener("online", () => report("online"), options);
  globalThis.addEventListener("offline", () => report("offline"), options);
  globalThis.addEventListener("pagehide", (event) => {
    if (!isPersisted(event)) return;
    report("away");
    // After the report, which may leave in a microtask.
    queueMicrotask(block);
  }, options);
  globalThis.addEventListener("pageshow", (event) => {
    if (!isPersisted(event)) return;
    report("online");
    if (isOffline()) report("offline");
  }, options);
  page?.addEventListener("resume", () => report("wake"), options);
  page?.addEventListener("visibilitychange", () => {
    if (Reflect.get(page, "visibilityState") === "visible") report("wake");
  }, options);
  return () => listening.abort();
}

/** Whether the platform says that there is no network now. */
export function isOffline(): boolean {
  return Reflect.get(navigator, "onLine") === false;
}

/**
 * Waits; no promise can make a page wait here. On a busy machine the worker gets
 * the processor late as well, so only the time in which this thread runs counts.
 */
function block(): void {
  let last = performance.now();
  for (let left = TIME_TO_CLOSE; left > 0;) {
    const step = performance.now() - last;
    left -= Math.min(step, STEP + step / LONGEST);
    last += step;
  }
}

/** Whether the page goes into the back/forward cache, or comes out of it. */
function isPersisted(event: object): boolean {
  return Reflect.get(event, "persisted") === true;
}

/** Only browsers have one, and only their libraries a type for it. */
function findPage(): EventTarget | undefined {
  const page: unknown = Reflect.get(globalThis, "document");
  return page instanceof EventTarget ? page : undefined;
}
