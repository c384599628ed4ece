/**
 * What the machine of a connection is given besides state and event.
 *
 * @module
 */

import type {
  ServerConfig,
  ServerContext,
} from "../../session/server/state.ts";
import type { Settings } from "../api/options.ts";

/** Reads the clock only if a step needs the time: most do not. */
export class LiveContext implements ServerContext {
  readonly config: ServerConfig;
  readonly #clock: Pick<Settings["clock"], "now">;

  /** For all steps of one connection. */
  constructor({ config, clock }: Pick<Settings, "config" | "clock">) {
    this.config = config;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock.now();
  }
}
