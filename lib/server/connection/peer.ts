/**
 * A client's WebSocket, of `Deno.serve` or of the npm package `ws`.
 *
 * @module
 */

import type { Payload } from "../../session/wire/payload.ts";

/** A WebSocket that is open or about to be. */
export interface Peer {
  /** Whether it takes messages. */
  readonly isOpen: boolean;
  /** Bytes that wait to be sent. */
  readonly unsentBytes: number;
  /** Sends a message, if the socket is open. */
  send(data: Payload): void;
  /** Starts the closing handshake. */
  close(closeCode: number, reason: string): void;
  /** Ends the connection without waiting for the client, as far as it can be. */
  terminate(): void;
  /** Sends a ping frame, where a server can. */
  readonly ping?: () => void;
}

/** Receives the events of a peer. */
export interface PeerListener {
  opened(): void;
  received(message: Payload): void;
  /** A pong frame came. */
  ponged(): void;
  /** A plain client takes no messages any more; some of its own may follow. */
  left?(): void;
  disconnected(): void;
}

/** The part of `ws` that is used. A `WebSocket` of `ws` fits. */
export interface WsSocket {
  /** The subprotocol that was selected. */
  readonly protocol: string;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Sends a message. */
  send(data: string | Uint8Array): void;
  /** Sends a ping frame. */
  ping(): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Destroys the connection. */
  terminate(): void;
  /** Adds a listener. */
  // deno-lint-ignore no-explicit-any -- `ws` declares its listeners so
  on(event: string, listener: (...values: any[]) => void): unknown;
}

/** `WebSocket.OPEN`. */
const OPEN = 1;

/** A socket of `Deno.upgradeWebSocket()`, with `binaryType` `"arraybuffer"`. */
export function denoPeer(socket: WebSocket, listener: PeerListener): Peer {
  socket.onopen = () => listener.opened();
  socket.onmessage = ({ data }) =>
    listener.received(typeof data === "string" ? data : new Uint8Array(data));
  // An `error` without `close` may come if the handshake fails.
  socket.onerror = () => listener.disconnected();
  socket.onclose = () => listener.disconnected();
  return {
    get isOpen() {
      return socket.readyState === OPEN;
    },
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    send: (data) => {
      if (socket.readyState === OPEN) socket.send(data);
    },
    close: (closeCode, reason) => closeSafely(socket, closeCode, reason),
    terminate: () => closeSafely(socket, 4408, "Terminated"),
  };
}

/** A socket of `ws`, which is open. */
export function wsPeer(socket: WsSocket, listener: PeerListener): Peer {
  socket.on(
    "message",
    (data: Uint8Array, isBinary: boolean) =>
      listener.received(
        // A copy: the data may be a part of a larger buffer of the socket.
        isBinary ? new Uint8Array(data) : `${data}`,
      ),
  );
  socket.on("pong", () => listener.ponged());
  socket.on("close", () => listener.disconnected());
  // Without a listener an error would end the process; `close` follows.
  socket.on("error", () => {});
  // In a microtask, when the caller has the peer: as in Deno.
  queueMicrotask(() => listener.opened());
  return {
    get isOpen() {
      return socket.readyState === OPEN;
    },
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    send: (data) => {
      if (socket.readyState === OPEN) socket.send(data);
    },
    close: (closeCode, reason) => socket.close(closeCode, reason),
    terminate: () => socket.terminate(),
    ping: () => socket.ping(),
  };
}

function closeSafely(
  socket: WebSocket,
  closeCode: number,
  reason: string,
): void {
  try {
    socket.close(closeCode, reason);
  } catch {
    // It is not open yet or not any more.
  }
}
