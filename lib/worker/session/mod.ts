/**
 * Sessions, which only connections with the option `session` need. Loaded apart,
 * so that other pages do not load them.
 *
 * @module
 */

export { beginSession, carrySession } from "./begin_session.ts";
