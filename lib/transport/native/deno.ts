/**
 * What Deno's WebSocket says only if one asks for it.
 *
 * @module
 */

export { HeldMessages } from "./held_messages.ts";
export { openFailure, openingFailure } from "./native_failure.ts";
