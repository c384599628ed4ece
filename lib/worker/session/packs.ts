/**
 * What reads packs of frames. Loaded apart, as transports of browsers make none.
 *
 * @module
 */

export { PackReader } from "../../queue/pack_reader.ts";
export { payloadsOf, readRun } from "../../session/wire/run.ts";
