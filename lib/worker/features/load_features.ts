/**
 * Decides which connections need the features, and loads them.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import { loadPart } from "../attempt/failures.ts";

/** What only some connections need. */
export type Features = typeof import("./features.ts");

let provided: Features | undefined;

/** Takes the features, where they cannot be loaded later. */
export function provideFeatures(features: Features): void {
  provided = features;
}

/** Returns whether a connection of this setup needs the features. */
export function needsFeatures(
  { token, hooks, config, log }: Setup,
): boolean {
  const { greeting, heartbeat } = config;
  return log !== "silent" || [
    token,
    hooks,
    greeting,
    heartbeat?.message,
    heartbeat?.expect,
    heartbeat?.reply,
  ].some((option) => option !== undefined);
}

/**
 * Loads the features.
 *
 * @throws {ResolveError} They cannot be loaded now, as when the network is gone.
 */
export async function loadFeatures(): Promise<Features> {
  return provided ?? await loadPart(() => import("./features.ts"));
}
