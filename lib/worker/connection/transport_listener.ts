/**
 * Passes on the events of one transport under the number of its socket.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Data } from "../../queue/data.ts";
import type { Pack } from "../../queue/pack.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import type { Opened, TransportListener } from "../../transport/transport.ts";

/** What happens to the transports of one connection. */
export interface TransportEvents {
  opened(socket: number, opened: Opened): void;
  received(socket: number, data: Data | Pack, bytes: number): void;
  /** Whether nobody has to look at the messages of this socket one by one. */
  takesPacks(socket: number): boolean;
  answered(socket: number, payload: string): void;
  writable(socket: number): void;
  ended(socket: number, info: CloseInfo, failure: Failure | undefined): void;
}

/** Listens to the transport of one socket. */
export class SocketTransportListener implements TransportListener {
  readonly #events: TransportEvents;
  readonly #socket: number;

  /** Makes a listener for the socket with this number. */
  constructor(events: TransportEvents, socket: number) {
    this.#events = events;
    this.#socket = socket;
  }

  open(opened: Opened): void {
    this.#events.opened(this.#socket, opened);
  }

  message(data: Data, bytes: number): void {
    this.#events.received(this.#socket, data, bytes);
  }

  get takesPacks(): boolean {
    return this.#events.takesPacks(this.#socket);
  }

  pack(pack: Pack): void {
    this.#events.received(this.#socket, pack, pack.bytes);
  }

  pong(payload: string): void {
    this.#events.answered(this.#socket, payload);
  }

  writable(): void {
    this.#events.writable(this.#socket);
  }

  end(info: CloseInfo, failure: Failure | undefined): void {
    this.#events.ended(this.#socket, info, failure);
  }
}
