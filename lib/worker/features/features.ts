/**
 * What a connection needs only if its options ask for it. Loaded apart, so that
 * pages whose connections do without it do not load it.
 *
 * @module
 */

export * from "../attempt/attempt_features.ts";
export { classifyEnding } from "./classify.ts";
export { HeartbeatCodec } from "./heartbeat_codec.ts";
export { logLimits } from "./transport_limits.ts";
