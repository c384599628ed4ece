/**
 * What one transport tells, passed on to its line under the socket's number.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Data } from "../queue/data.ts";
import type { Failure } from "../connection/failure.ts";
import type { TransportListener } from "../transport/transport.ts";

/** A line, as its sockets' listeners see it. */
export interface TransportEvents {
  opened(
    socket: number,
    opened: { readonly protocol: string; readonly extensions: string },
  ): void;
  received(socket: number, data: Data, bytes: number): void;
  answered(socket: number, payload: string): void;
  roomy(socket: number): void;
  ended(socket: number, info: CloseInfo, failure: Failure | undefined): void;
}

/** Listens to the transport of one socket. */
export class SocketTransportListener implements TransportListener {
  readonly #transports: TransportEvents;
  readonly #socket: number;

  /** Makes a listener for the socket with this number. */
  constructor(line: TransportEvents, socket: number) {
    this.#transports = line;
    this.#socket = socket;
  }

  open(
    opened: { readonly protocol: string; readonly extensions: string },
  ): void {
    this.#transports.opened(this.#socket, opened);
  }

  message(data: Data, bytes: number): void {
    this.#transports.received(this.#socket, data, bytes);
  }

  pong(payload: string): void {
    this.#transports.answered(this.#socket, payload);
  }

  room(): void {
    this.#transports.roomy(this.#socket);
  }

  end(info: CloseInfo, failure: Failure | undefined): void {
    this.#transports.ended(this.#socket, info, failure);
  }
}
