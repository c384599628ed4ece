/**
 * A client as most people write it: a plain `WebSocket` that reconnects one second
 * after a loss.
 *
 * @module
 */

const REOPEN_AFTER = 1_000;

/** A plain WebSocket with the usual three lines of reconnecting. */
export class PlainClient {
  readonly #url: string;
  #socket: WebSocket;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves with the first connection. */
  readonly opened: Promise<void>;

  /** Connects. */
  constructor(url: string) {
    this.#url = url;
    this.#socket = this.#open();
    const first = this.#socket;
    this.opened = new Promise((resolve) => {
      first.addEventListener("open", () => resolve());
    });
  }

  /** Sends a message if it is connected, and drops it otherwise. */
  send(data: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  /** Ends the client. */
  close(): void {
    clearTimeout(this.#timer);
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #open(): WebSocket {
    const socket = new WebSocket(this.#url);
    socket.onclose = () => {
      this.#timer = setTimeout(() => this.#socket = this.#open(), REOPEN_AFTER);
    };
    socket.onerror = (event) => event.preventDefault();
    return socket;
  }
}
