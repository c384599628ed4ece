/**
 * The options of TLS and of compression.
 *
 * @module
 */

/**
 * What TLS trusts, and what it shows of the client. All of it is PEM.
 *
 * The check of the server's certificate cannot be switched off. Deno shows a
 * client's certificate only on a direct connection, not through a proxy. With a
 * client certificate, a small message may wait up to 40 ms for the one before it
 * (Nagle), only the first address of a name is tried, and an attempt that takes
 * longer than `openTimeout` keeps its socket until the system gives up.
 *
 * @example An authority of one's own
 * ```ts
 * import { ReconnectingWebSocket, type TlsOptions } from "@holdfast/websocket";
 * import { assertEquals, assertThrows } from "@std/assert";
 * // PEM for this example; yours is in a file.
 * import { AUTHORITY, VALID } from "../../../tests/transport/tcp/certificates.ts";
 *
 * await using server = Deno.serve({ port: 0, ...VALID, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send("hello");
 *   return response;
 * });
 * const tls: TlsOptions = { caCerts: [AUTHORITY] };
 * await using socket = new ReconnectingWebSocket(`wss://localhost:${server.addr.port}`, [], { tls });
 * assertEquals(await socket.receive(), "hello");
 *
 * assertThrows(
 *   () => new ReconnectingWebSocket("wss://localhost", [], { tls: { caCerts: ["ca.pem"] } }),
 *   TypeError,
 *   "certificates in PEM",
 * );
 * ```
 */
export interface TlsOptions {
  /** Certificates of authorities, trusted besides those of the platform. @default {[]} */
  readonly caCerts?: readonly string[];
  /** The client's certificate, with those that signed it; needs `key`. */
  readonly cert?: string;
  /** The private key of `cert`. */
  readonly key?: string;
}

/**
 * How to compress messages (RFC 7692), if the server agrees.
 *
 * Text of the same form shrinks to a third or less. It costs about 300 KiB of
 * memory for each connection, and time of the worker for each message.
 *
 * @example Less memory at the server
 * ```ts
 * import { type CompressionOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 * import { WebSocketServer } from "ws";
 *
 * const server = new WebSocketServer({ port: 0, perMessageDeflate: true });
 * server.on("connection", (socket) => socket.send("hello"));
 * await new Promise((resolve) => server.once("listening", resolve));
 * const { port } = server.address() as { port: number };
 *
 * const compression: CompressionOptions = { serverNoContextTakeover: true };
 * const socket = new ReconnectingWebSocket(`ws://localhost:${port}`, [], { compression });
 * assertEquals(await socket.receive(), "hello");
 * assertEquals(socket.extensions, "permessage-deflate; server_no_context_takeover");
 *
 * await socket[Symbol.asyncDispose]();
 * await new Promise((resolve) => server.close(resolve));
 * ```
 */
export interface CompressionOptions {
  /** Whether each message of ours is compressed by itself: less memory, longer messages. @default {false} */
  readonly clientNoContextTakeover?: boolean;
  /** Whether to ask the server for the same. @default {false} */
  readonly serverNoContextTakeover?: boolean;
  /** The client's window, as a power of 2: 8 to 15. @default {15} */
  readonly clientMaxWindowBits?: number;
  /** Messages of fewer bytes are sent as they are. @default {256} */
  readonly threshold?: number;
}
