/**
 * The server's end of one TCP connection, as a script sees it.
 *
 * @module
 */

import type { Socket } from "node:net";
import { concat, decodeFrame, type Frame } from "./frames.ts";

const HEAD_END = "\r\n\r\n";

/** RFC 6455, 1.3. */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What a handshake is answered with. */
export interface AcceptOptions {
  /** Header fields to add, or to put in the place of a correct one. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows in the same write, such as a first frame. */
  readonly followedBy?: Uint8Array;
}

/**
 * One connection. Reading ends with `undefined` and writing does nothing once the
 * other side is gone, so a script needs no care for that.
 */
export class TcpPeer {
  readonly #socket: Socket;
  readonly #ended = Promise.withResolvers<void>();
  #arrived = Promise.withResolvers<void>();
  #unread = new Uint8Array();
  #isAtEnd = false;

  /**
   * Takes over a connection.
   *
   * @param socket The connection, which may be half open.
   */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#unread = concat([this.#unread, toBytes(chunk)]);
      this.#wake();
    });
    socket.on("end", () => this.#finish());
    // A reset; `close` follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#finish());
  }

  /** Settles when the other side has ended or reset the connection, or we have dropped it. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Reads what has arrived, at least one byte, or `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#unread.length === 0) {
      if (this.#isAtEnd) return undefined;
      await this.#arrived.promise;
    }
    return this.#take(this.#unread.length);
  }

  /** Reads the head of an HTTP request, its end included; shorter if that never comes. */
  async readRequest(): Promise<string> {
    const head = await this.peekRequest();
    this.#take(new TextEncoder().encode(head).length);
    return head;
  }

  /** Like {@linkcode readRequest}, but leaves it to be read. */
  async peekRequest(): Promise<string> {
    for (;;) {
      const text = new TextDecoder().decode(this.#unread);
      const end = text.indexOf(HEAD_END);
      if (end >= 0) return text.slice(0, end + HEAD_END.length);
      if (this.#isAtEnd) return text;
      await this.#arrived.promise;
    }
  }

  /** Reads one frame, or `undefined` at the end. */
  async readFrame(): Promise<Frame | undefined> {
    for (;;) {
      const frame = decodeFrame(this.#unread);
      if (frame) {
        this.#take(frame.size);
        return frame;
      }
      if (this.#isAtEnd) return undefined;
      await this.#arrived.promise;
    }
  }

  /**
   * Reads a request and answers it with a valid handshake (RFC 6455, 4.2.2).
   *
   * @param options What to make different.
   * @returns The head of the request.
   */
  async accept(options: AcceptOptions = {}): Promise<string> {
    const request = await this.readRequest();
    const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
    const fields = {
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Accept": await computeAccept(key),
      ...options.headers,
    };
    const head = [
      "HTTP/1.1 101 Switching Protocols",
      ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    ].join("\r\n") + HEAD_END;
    await this.write(
      concat([
        new TextEncoder().encode(head),
        options.followedBy ?? new Uint8Array(),
      ]),
    );
    return request;
  }

  /**
   * Writes bytes, or a text as UTF-8.
   *
   * @param data What to write; one call is one write to the socket.
   * @returns When the OS has taken it.
   */
  write(data: Uint8Array | string): Promise<void> {
    const written = Promise.withResolvers<void>();
    if (!this.#socket.writable) return Promise.resolve();
    this.#socket.write(data, () => written.resolve());
    return written.promise;
  }

  /** Reads nothing any more, so that TCP pushes back on the other side. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  continueReading(): void {
    this.#socket.resume();
  }

  /** Sends FIN: we write no more; the other side may. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Closes the connection, both ways. */
  destroy(): void {
    this.#socket.destroy();
  }

  #take(size: number): Uint8Array {
    const taken = this.#unread.slice(0, size);
    this.#unread = this.#unread.slice(size);
    return taken;
  }

  #finish(): void {
    this.#isAtEnd = true;
    this.#ended.resolve();
    this.#wake();
  }

  #wake(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

/**
 * Computes the answer to a handshake's key (RFC 6455, 4.2.2).
 *
 * @param key The value of `Sec-WebSocket-Key`.
 * @returns The value of `Sec-WebSocket-Accept`.
 */
export async function computeAccept(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + HANDSHAKE_GUID);
  const digest = await crypto.subtle.digest("SHA-1", bytes);
  return new Uint8Array(digest).toBase64();
}

function toBytes(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}
