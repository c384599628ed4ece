/**
 * What we use of the npm package `ws`. Its own types come in a package of
 * their own with those of Node, which every user would have to download.
 *
 * @module
 */

import type { Data } from "../connection/config.ts";
import type { CodedError, ResponseHeaders } from "./ws_failure.ts";

/** The options of `ws` that we set. */
export interface WsOptions {
  readonly headers: Record<string, string>;
  readonly maxPayload: number;
  readonly perMessageDeflate: boolean;
  /** Sends the handshake, which can be changed before. */
  readonly finishRequest: (request: WsRequest) => void;
}

/** The handshake before it is sent. */
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
  on(event: "upgrade", listener: (response: WsUpgrade) => void): void;
  on(event: "open", listener: () => void): void;
  on(
    event: "message",
    listener: (data: ArrayBuffer | Uint8Array, isBinary: boolean) => void,
  ): void;
  on(event: "pong", listener: (payload: Uint8Array) => void): void;
  on(
    event: "unexpected-response",
    listener: (request: object, response: WsResponse) => void,
  ): void;
  on(event: "error", listener: (error: CodedError) => void): void;
  on(
    event: "close",
    listener: (closeCode: number, reason: Uint8Array) => void,
  ): void;
  send(data: Data, written?: () => void): void;
  ping(payload: string): void;
  close(closeCode?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** The answer that accepts the handshake. */
export interface WsUpgrade {
  readonly socket: TcpSocket;
}

/** The answer that refuses the handshake. */
export interface WsResponse {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: ResponseHeaders;
}

/** The connection below, be it TCP or TLS. */
export interface TcpSocket {
  readonly bytesRead: number;
  cork(): void;
  uncork(): void;
  on(event: "finish", listener: () => void): void;
  on(event: "error", listener: (error: CodedError) => void): void;
}
