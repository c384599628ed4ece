/**
 * The bounds of the two queues of messages.
 *
 * @module
 */

/**
 * The bounds of what waits to be sent.
 *
 * @example Only the latest position counts
 * ```ts
 * import { type OutboxOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * const outbox: OutboxOptions = { maxMessages: 1, overflow: "drop-oldest", ttl: 60_000 };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   outbox,
 * });
 * for (const position of ["1,1", "2,1", "2,2"]) socket.send(position);
 * assertEquals(await socket.receive(), "2,2");
 * ```
 */
export interface OutboxOptions {
  /** In messages. @default {10_000} */
  readonly maxMessages?: number;
  /** In UTF-8 or binary bytes. @default {16_777_216} */
  readonly maxBytes?: number;
  /** What happens when the bound is reached. @default {"reject"} */
  readonly overflow?: "reject" | "drop-oldest" | "drop-newest";
  /** How long a message may wait, in milliseconds; 0: it goes at once or not at all. @default {Infinity} */
  readonly ttl?: number;
}

/**
 * The bounds of what waits to be read.
 *
 * @example A message too large for the inbox is dropped, the next one is read
 * ```ts
 * import { type InboxOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => ["x".repeat(1_001), "small"].forEach((text) => socket.send(text));
 *   return response;
 * });
 * const inbox: InboxOptions = { maxBytes: 1_000, overflow: "drop-newest" };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   inbox,
 * });
 * assertEquals(await socket.receive(), "small");
 * ```
 */
export interface InboxOptions {
  /** In messages. @default {100_000} */
  readonly maxMessages?: number;
  /** In UTF-8 or binary bytes. @default {67_108_864} */
  readonly maxBytes?: number;
  /**
   * What happens when the bound is reached. `"pause"` closes where the transport
   * cannot pause (`native`, all browsers).
   *
   * @default {"pause"}
   */
  readonly overflow?: "pause" | "close" | "drop-oldest" | "drop-newest";
}
