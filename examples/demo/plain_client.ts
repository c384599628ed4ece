/**
 * The client that most of us have written: a plain `WebSocket` that is opened
 * again a second after it was lost.
 *
 * @module
 */

const REOPEN_AFTER = 1_000;

/** A plain WebSocket with the usual three lines of reconnecting. */
export class PlainClient {
  readonly #url: string;
  #socket: WebSocket;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Settles with the first connection. */
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

  /** Sends, if it is connected; what is sent otherwise is gone. */
  send(data: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  /** Ends it. */
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
