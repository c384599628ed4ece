/**
 * Counts what is left behind in a realm: timers that are set, and listeners of
 * the global object. To be imported before what is counted.
 *
 * @module
 */

/** What a realm holds at a moment. */
export interface Holdings {
  readonly timers: number;
  readonly listeners: number;
  /** In bytes, after garbage collection where V8 exposes it. */
  readonly heap: number;
}

type Timer = ReturnType<typeof setTimeout>;

const timers = new Set<Timer>();
let listeners = 0;

const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
const { addEventListener, removeEventListener } = globalThis;

Object.assign(globalThis, {
  setTimeout(call: (...args: unknown[]) => void, ...rest: [number?]) {
    const timer: Timer = setTimeout((...args: unknown[]) => {
      timers.delete(timer);
      call(...args);
    }, ...rest);
    timers.add(timer);
    return timer;
  },
  setInterval(call: () => void, ...rest: [number?]) {
    const timer = setInterval(call, ...rest);
    timers.add(timer);
    return timer;
  },
  clearTimeout(timer: Timer | undefined) {
    if (timer !== undefined) timers.delete(timer);
    clearTimeout(timer);
  },
  clearInterval(timer: Timer | undefined) {
    if (timer !== undefined) timers.delete(timer);
    clearInterval(timer);
  },
  addEventListener(...args: Parameters<typeof addEventListener>) {
    listeners += 1;
    addEventListener.apply(globalThis, args);
  },
  removeEventListener(...args: Parameters<typeof removeEventListener>) {
    listeners -= 1;
    removeEventListener.apply(globalThis, args);
  },
});

/** Tells what this realm holds. */
export function holdings(): Holdings {
  // `--v8-flags=--expose-gc`.
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  return {
    timers: timers.size,
    listeners,
    heap: Deno.memoryUsage().heapUsed,
  };
}
