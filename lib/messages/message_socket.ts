/**
 * The part of a WebSocket that a dispatcher uses.
 *
 * @module
 */

/**
 * What a dispatcher needs of a socket: `ReconnectingWebSocket`, `WorkerWebSocket`
 * and the platform's `WebSocket` all have it.
 *
 * It listens to the events `open`, `message`, `disconnect` (a connection was
 * lost, and the socket will reconnect) and `close` (the end).
 */
export interface MessageSocket {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Set while messages survive the loss of a connection, since both ends keep them. */
  readonly session?: object | undefined;
  /** Sends or queues a message. */
  send(data: string | ArrayBuffer | Uint8Array<ArrayBuffer>): void;
  /**
   * Sends a message, and resolves when the network has it; abort takes it back, and
   * so does the end of `ttl`, in milliseconds.
   * A socket that keeps messages for its next connection must have this method.
   */
  write?(
    data: string | ArrayBuffer | Uint8Array<ArrayBuffer>,
    options: { readonly signal: AbortSignal; readonly ttl?: number },
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
/** From this value on nothing can be sent any more. */
export const CLOSING = 2;

/** How a connection took a session up, if the event says so. */
export function sessionKindOf(event: object): unknown {
  const session = "session" in event ? event.session : undefined;
  return typeof session === "object" && session !== null && "kind" in session
    ? session.kind
    : undefined;
}

/** Why a connection ended, as far as the event says. */
export function errorOf(event: object): unknown {
  return "error" in event ? event.error : undefined;
}
