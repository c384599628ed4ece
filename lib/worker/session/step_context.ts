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
