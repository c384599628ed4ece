/**
 * Which release this is. It stands here as well as in deno.json, which bundlers
 * would carry along as a whole.
 *
 * @module
 */

/** The name of the package. */
export const NAME = "@holdfast/websocket";

/** Its version. */
export const VERSION = "0.1.0";
