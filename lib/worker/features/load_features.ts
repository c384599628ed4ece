/**
 * Decides which connections need the features, and loads them.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import { ResolveError } from "../attempt/failures.ts";
import { describeError } from "../attempt/hooks.ts";

/** What only some connections need. */
export type Features = typeof import("./features.ts");

let provided: Features | undefined;

/** Takes the features, where they cannot be loaded later. */
export function provideFeatures(features: Features): void {
  provided = features;
}

/** Tells whether a connection of this setup needs the features. */
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
  if (provided !== undefined) return provided;
  try {
    return await import("./features.ts");
  } catch (error) {
    const detail = `Cannot load a part of the worker: ${describeError(error)}`;
    throw new ResolveError({ type: "worker", detail, retryable: true });
  }
}
