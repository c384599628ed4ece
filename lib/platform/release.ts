/**
 * The name and the version of this release. They are also in deno.json, which
 * bundlers would include as a whole.
 *
 * @module
 */

/** The name of the package. */
export const NAME = "@holdfast/websocket";

/** Its version. */
export const VERSION = "0.1.0";
