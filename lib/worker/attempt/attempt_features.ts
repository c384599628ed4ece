/**
 * What an attempt needs only if the options ask for it: hooks, tokens and a
 * greeting. `worker/features/features.ts` loads it with the first such connection.
 *
 * @module
 */

export { redactText } from "../../identity/redact.ts";
export { equip } from "./equipment.ts";
export { Greeting } from "./greeting.ts";
export { TokenRefresher } from "./token_refresher.ts";
