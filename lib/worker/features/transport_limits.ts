/**
 * What a kind of transport cannot do, for the log.
 *
 * @module
 */

import type { Config } from "../../connection/config/config.ts";
import type { TransportKind } from "../../transport/transport.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";

const ONLY_SILENCE =
  "This transport has no ping frames: only idleTimeout finds a dead peer. Set " +
  "heartbeat.message to something that the server answers";
const NO_PAUSE =
  "This transport cannot pause what the server sends: a full inbox closes the " +
  "connection. Set inbox.overflow to another rule if that is not wanted";

/** Logs which options a transport cannot fulfil. */
export function logLimits(
  logger: Pick<ConnectionLogger, "log">,
  { heartbeat, idleTimeout, inbox }: Config,
  { pings, pauses }: Pick<TransportKind, "pings" | "pauses">,
): void {
  if (!pings && heartbeat !== undefined && heartbeat.message === undefined) {
    const level = idleTimeout === Infinity ? "warn" : "info";
    logger.log(level, ONLY_SILENCE, { idleTimeout });
  }
  if (!pauses && inbox.overflow === "pause") {
    logger.log("info", NO_PAUSE, { maxBytes: inbox.maxBytes });
  }
}
