/**
 * The options for a token, which authenticates the client.
 *
 * @module
 */

import type { Json } from "../../connection/config/pattern.ts";

/**
 * Returns a token. If it throws or rejects, the attempt fails; a token that can
 * never be sent ends the socket.
 *
 * @example A token that the server hands out
 * ```ts
 * import { ReconnectingWebSocket, type TokenProvider } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   if (request.url.endsWith("/token")) return new Response("fresh");
 *   const authorization = request.headers.get("authorization") ?? "none";
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send(authorization);
 *   return response;
 * });
 * const host = `localhost:${server.addr.port}`;
 * const token: TokenProvider = async () => {
 *   const response = await fetch(`http://${host}/token`);
 *   return await response.text();
 * };
 * await using socket = new ReconnectingWebSocket(`ws://${host}`, [], { token });
 * assertEquals(await socket.receive(), "Bearer fresh");
 * ```
 */
export type TokenProvider = () => string | Promise<string>;

/**
 * Where a token goes. `"session"` is the first exchange of a session, the default
 * with the option `session`; a new token is sent there too. `message` is the text of a first message, or an object
 * that becomes one as JSON; `{token}` in it stands for the token.
 *
 * @example In a first message, which browsers can send, too
 * ```ts
 * import { ReconnectingWebSocket, type TokenPlacementOptions } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(`got ${data}`);
 *   return response;
 * });
 * const placement: TokenPlacementOptions = { message: "AUTH {token}" };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   token: { token: "secret", placement },
 * });
 * assertEquals(await socket.receive(), "got AUTH secret");
 * ```
 */
export type TokenPlacementOptions =
  | { readonly query: string }
  | { readonly header: string; readonly scheme?: string }
  | { readonly protocol: string }
  | { readonly message: string | { readonly [key: string]: Json } }
  | "session";

/**
 * A token, where it goes, and when it is renewed.
 *
 * @example A function that is called when a token is needed
 * ```ts
 * import { ReconnectingWebSocket, type TokenOptions } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const authorization = request.headers.get("authorization") ?? "none";
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => socket.send(authorization);
 *   return response;
 * });
 * const token: TokenOptions = {
 *   token: () => Promise.resolve("fresh"),
 *   placement: { header: "Authorization", scheme: "Token" },
 * };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   token,
 * });
 * assertEquals(await socket.receive(), "Token fresh");
 * ```
 */
export interface TokenOptions {
  /** The token, or a function that returns it; without it, `token()` of the hooks module is called. @default {undefined} */
  readonly token?: string | TokenProvider;
  /** Where it goes. Browsers cannot set headers: there it must be given. @default {{ header: "Authorization", scheme: "Bearer" }} */
  readonly placement?: TokenPlacementOptions;
  /** What to send on a live connection with a new token; `{token}` stands for it. @default {undefined} */
  readonly renewal?: string | { readonly [key: string]: Json };
  /** How long before its `exp` a JWT counts as expired, in milliseconds. @default {30_000} */
  readonly leeway?: number;
}
