/**
 * What is special about Deno's WebSocket, and how to find out what it does not
 * report.
 *
 * @module
 */

import type { Target } from "../transport.ts";
import { hasUserAgent } from "../user_agent.ts";

export { HeldMessages } from "./held_messages.ts";
export { openFailure, openingFailure } from "./native_failure.ts";

/**
 * Checks headers for the handshake.
 *
 * @throws {TypeError} There is a `User-Agent`.
 */
export function checkHeaders(headers: Target["headers"]): void {
  if (!hasUserAgent(headers)) return;
  throw new TypeError(
    "Cannot set User-Agent: Deno's WebSocket sends its own besides; use " +
      'transport: "tcp"',
  );
}
