/**
 * Loads what a connection with a session needs.
 *
 * @module
 */

import { loadPart } from "../attempt/failures.ts";

/** What a connection with a session needs. */
export type SessionModule = typeof import("./mod.ts");

let provided: SessionModule | undefined;

/** Takes the code of sessions, where it cannot be loaded later. */
export function provideSession(module: SessionModule): void {
  provided = module;
}

/**
 * Loads the code of sessions.
 *
 * @throws {ResolveError} It cannot be loaded now, as when the network is gone.
 */
export async function loadSession(): Promise<SessionModule> {
  return provided ?? await loadPart(() => import("./mod.ts"));
}
