/**
 * Web Locks: how a thread finds out that another one is gone. What holds a lock
 * gives it up when it ends, however it ends.
 *
 * @module
 */

import { randomHex } from "./random_hex.ts";

/** The part of the `LockManager` that is used. */
export interface Locks {
  /** Runs `whileHeld` once the lock is granted; it is held until its promise settles. */
  request(
    name: string,
    options: LockOptions,
    whileHeld: () => unknown,
  ): Promise<unknown>;
}

/** How a lock is requested. */
export interface LockOptions {
  /** @default {"exclusive"} */
  readonly mode?: "exclusive" | "shared";
  /** Takes back a request that has not been granted. */
  readonly signal?: AbortSignal;
}

/** The locks of the origin; only browsers have them, and only in secure contexts. */
export function webLocks(): Locks | undefined {
  return Reflect.get(navigator, "locks");
}

/** A name that no other lock has. */
export function newLockName(): string {
  return `holdfast ${randomHex(16)}`;
}

/** Calls `onFree` once nobody holds the lock any more, unless `signal` aborts before. */
export function whenFree(
  locks: Locks,
  { name, signal, onFree }: {
    readonly name: string;
    readonly signal?: AbortSignal;
    readonly onFree: () => void;
  },
): void {
  const options: LockOptions = signal
    ? { mode: "shared", signal }
    : { mode: "shared" };
  locks.request(name, options, () => {
    if (!signal?.aborted) onFree();
  }).catch(() => {});
}
