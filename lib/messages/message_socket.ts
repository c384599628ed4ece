/**
 * What is asked of a socket.
 *
 * @module
 */

/**
 * What a dispatcher asks of a socket: `ReconnectingWebSocket`, `WorkerWebSocket`
 * and the platform's `WebSocket` all have it.
 *
 * The events that count are `open`, `message`, `disconnect` (a connection was
 * lost, and there will be another) and `close` (the end).
 */
export interface MessageSocket {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Sends or queues a message. */
  send(data: string | ArrayBuffer | Uint8Array<ArrayBuffer>): void;
  /**
   * Sends a message and tells when the network has it; abort takes it back.
   * A socket that keeps messages for its next connection must have this.
   */
  write?(
    data: string | ArrayBuffer | Uint8Array<ArrayBuffer>,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Adds a listener, until the signal is aborted. */
  addEventListener(
    type: string,
    listener: (event: object) => void,
    options: { readonly signal: AbortSignal },
  ): void;
}

/** The values of `readyState` that matter here (WHATWG WebSockets, 3.1). */
export const OPEN = 1;
/** The first of the values that lead nowhere. */
export const CLOSING = 2;
