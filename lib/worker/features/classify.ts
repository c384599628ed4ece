/**
 * Asks the hook `classify()` whether to try again after an end.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Verdict } from "../../connection/state.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import { callHookNow } from "../attempt/hook_calls.ts";
import { describeError, type Hooks } from "../attempt/hooks.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";

/** How a socket ended. */
export interface SocketEnd {
  readonly info: CloseInfo;
  readonly failure: Failure | undefined;
}

/**
 * Whether to try again.
 *
 * @returns `undefined`: there is no such hook, it has no opinion, or it failed,
 * which is logged.
 */
export function classifyEnding(
  { classify }: Hooks,
  { info: { closeCode, reason }, failure }: SocketEnd,
  logger: Pick<ConnectionLogger, "log">,
): Verdict | undefined {
  if (classify === undefined) return undefined;
  const status = failure?.type === "handshake" && { status: failure.status };
  try {
    return callHookNow(
      "classify",
      () => verdictOf(classify({ closeCode, reason, ...status })),
    );
  } catch (error) {
    logger.log("error", "The hook classify() failed", {
      error: describeError(error),
    });
    return undefined;
  }
}

function verdictOf(value: unknown): Verdict | undefined {
  if (value === undefined || value === "retry" || value === "fatal") {
    return value;
  }
  throw new TypeError(
    `The verdict must be "retry", "fatal" or undefined, not of type ${typeof value}`,
  );
}
