/**
 * How to find out what Deno's WebSocket does not report.
 *
 * @module
 */

export { HeldMessages } from "./held_messages.ts";
export { openFailure, openingFailure } from "./native_failure.ts";
