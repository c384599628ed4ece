/**
 * What an attempt needs only if the options ask for it: hooks, tokens and a
 * greeting. `worker/features/features.ts` loads it with the first such connection.
 *
 * @module
 */

export { redactText } from "../../identity/redact.ts";
export { fillToken, placeToken } from "../../identity/token.ts";
export { Greeting } from "./greeting.ts";
export { callHook, requireHook } from "./hook_calls.ts";
export { loadHooks } from "./load_hooks.ts";
export { TokenCache } from "./token_cache.ts";
export { TokenRefresher } from "./token_refresher.ts";
