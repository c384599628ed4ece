/**
 * The part of the npm package `ws` that is used. Its types are a package of
 * their own which needs those of Node: every user would download both.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { CodedError, ResponseHeaders } from "./ws_failure.ts";

/** The options of `ws` that we set. */
export interface WsOptions {
  readonly headers: Record<string, string>;
  /** Of the response, in bytes. */
  readonly maxHeaderSize: number;
  readonly insecureHTTPParser: boolean;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly autoPong: boolean;
  readonly perMessageDeflate: boolean;
  /** Changes and sends the handshake request. */
  readonly finishRequest: (request: WsRequest) => void;
}

/** The handshake request, before it is sent. */
export interface WsRequest {
  setHeader(name: string, value: string): void;
  end(): void;
}

/** A client socket. Text arrives as a `Buffer` whatever `binaryType` says. */
export interface Ws {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly extensions: string;
  readonly readyState: number;
  send(data: Data, written?: () => void): void;
  ping(payload: string): void;
  pong(payload: Uint8Array, mask: boolean, written: () => void): void;
  close(closeCode?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** An event of a client socket: its name and its arguments. */
export type WsEvent =
  | readonly ["upgrade", response: WsUpgrade]
  | readonly ["open"]
  | readonly ["message", data: ArrayBuffer | Uint8Array, isBinary: boolean]
  | readonly ["ping", payload: Uint8Array]
  | readonly ["pong", payload: Uint8Array]
  | readonly ["unexpected-response", request: object, response: WsResponse]
  | readonly ["error", error: CodedError]
  | readonly ["close", closeCode: number, reason: Uint8Array];

/** The response that accepts the handshake. */
export interface WsUpgrade {
  readonly socket: TcpSocket;
}

/** The response that refuses the handshake. */
export interface WsResponse {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: ResponseHeaders;
}

/** The connection below the WebSocket: TCP or TLS. */
export interface TcpSocket {
  readonly bytesRead: number;
  cork(): void;
  uncork(): void;
  on(event: "finish", listener: () => void): void;
  on(event: "error", listener: (error: CodedError) => void): void;
}
