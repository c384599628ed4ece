/**
 * What the machine of a session is given besides state and event.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type {
  ClientConfig,
  ClientContext,
} from "../../session/client/state.ts";
import { boundedWindow, HANDSHAKE_TIMEOUT } from "../../session/wire/limits.ts";
import type { SessionParts } from "./session_parts.ts";

/** How long a session should outlive its connection, in milliseconds: servers allow less. */
const TTL = 86_400_000;

/** Reads time and randomness only if a step needs them: most do not. */
export class StepContext implements ClientContext {
  readonly config: ClientConfig;
  readonly #clock: Pick<Clock, "now" | "random">;

  /** For all steps of one session. */
  constructor(config: ClientConfig, clock: Pick<Clock, "now" | "random">) {
    this.config = config;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock.now();
  }

  get random(): number {
    return this.#clock.random();
  }
}

/** What a client asks for, and how it waits. */
export function configOf(
  { setup, protocols, maxMessage }: Pick<
    SessionParts,
    "setup" | "protocols" | "maxMessage"
  >,
): ClientConfig {
  return {
    capacity: boundedWindow(setup.window),
    maxMessage: Math.min(maxMessage, Number.MAX_SAFE_INTEGER),
    ttl: TTL,
    protocols,
    onLost: setup.onLost,
    onUnknown: setup.onUnknown,
    answerTimeout: HANDSHAKE_TIMEOUT,
    answerBy: Infinity,
    // The main thread has waited for acceptance already.
    closeTimeout: 0,
  };
}
