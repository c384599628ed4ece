/**
 * A WebSocket connection after its opening handshake, as bytes in and bytes
 * out: no I/O, no clock, no randomness. Either side can use it.
 *
 * @module
 */

import { closePayload } from "./close_payload.ts";
import type { MessageDeflater } from "./deflate/message_deflater.ts";
import type { MessageInflater } from "./deflate/message_inflater.ts";
import type { ProtocolFault } from "./fault.ts";
import {
  BINARY,
  CLOSE,
  FIN,
  MAX_CONTROL,
  PING,
  PONG,
  type Role,
  RSV1,
  TEXT,
} from "./frame.ts";
import { BYTES_PER_CHARACTER, FrameWriter } from "./frame_writer.ts";
import { Receiver, type ReceiverListener } from "./receiver.ts";

/** What a protocol notifies of: all that a receiver does, except pings. */
export type ProtocolListener = Omit<ReceiverListener, "ping">;

/** What a protocol is made of. */
export interface ProtocolOptions {
  /** Which side this is. */
  readonly role: Role;
  /** The largest message to accept, in bytes after decompression. */
  readonly maxMessageSize: number;
  /**
   * Gives a masking key for a frame, 32 bits that nobody can predict (RFC 6455,
   * 5.3). A server has none.
   */
  readonly nextKey?: (() => number) | undefined;
  /** Present when `permessage-deflate` was negotiated. */
  readonly deflate?: MessageCompression | undefined;
  /** Who is notified, from within `receive()`. */
  readonly listener: ProtocolListener;
}

/** The two directions of a negotiated compression. */
export interface MessageCompression {
  /** Compresses what is sent. */
  readonly deflater: MessageDeflater;
  /** Inflates what is received. */
  readonly inflater: MessageInflater;
}

/**
 * How far a connection is: `"open"`; `"closing"` when our close frame is out
 * and the peer's is awaited; `"closed"` when both are; `"failed"` when the peer
 * broke the protocol, and our close frame says so. In the last two nothing more
 * is received, and TCP ends once the output is sent: a client waits a while for
 * the server to end it after `"closed"` (RFC 6455, 7.1.1), and ends it itself
 * after `"failed"` (7.1.7).
 */
export type ProtocolState = "open" | "closing" | "closed" | "failed";

/** No answer waits. */
const NO_PONG = -1;
/** What stands for a close frame without a code (RFC 6455, 7.4.1). */
const NO_CODE = 1005;

const encoder = new TextEncoder();

/** The frames of one connection. */
export class Protocol {
  readonly #receiver: Receiver;
  readonly #writer = new FrameWriter();
  readonly #nextKey: () => number | undefined;
  readonly #deflater: MessageDeflater | undefined;
  #state: ProtocolState = "open";
  /** The payload of the newest ping that was not answered. */
  #pong: Uint8Array<ArrayBuffer> | undefined;
  #pongLength = NO_PONG;

  /** Makes the protocol of a connection whose opening handshake is done. */
  constructor(options: ProtocolOptions) {
    const { role, maxMessageSize, nextKey, deflate, listener } = options;
    this.#nextKey = nextKey ?? noKey;
    this.#deflater = deflate?.deflater;
    this.#receiver = new Receiver({
      role,
      maxMessageSize,
      inflater: deflate?.inflater,
      listener: this.#receiverListener(listener),
    });
  }

  /** How far the connection is. */
  get state(): ProtocolState {
    return this.#state;
  }

  /** How many bytes were received: what shows that the peer is alive. */
  get received(): number {
    return this.#receiver.received;
  }

  /** How many bytes of frames wait in the output; a waiting pong is not one. */
  get outputLength(): number {
    return this.#writer.length;
  }

  /** Takes bytes of the connection, and notifies of what they complete. */
  receive(bytes: Uint8Array): void {
    this.#receiver.receive(bytes);
  }

  /** Ignores all that is received from now on, even within `receive()`. */
  stop(): void {
    this.#receiver.stop();
  }

  /**
   * Writes a text message to the output.
   *
   * @returns The size of the message, in bytes of UTF-8.
   * @throws {Error} After our close frame (RFC 6455, 5.5.1).
   */
  sendText(text: string): number {
    this.#requireOpen();
    const threshold = this.#deflater?.threshold ?? Infinity;
    if (text.length * BYTES_PER_CHARACTER < threshold) {
      return this.#writer.text(text, this.#nextKey());
    }
    const message = encoder.encode(text);
    if (message.length < threshold) this.#write(TEXT, message);
    else this.#sendCompressed(TEXT, message);
    return message.length;
  }

  /**
   * Writes a binary message to the output; the bytes are copied.
   *
   * @throws {Error} After our close frame (RFC 6455, 5.5.1).
   */
  sendBinary(message: Uint8Array): void {
    this.#requireOpen();
    if (message.length < (this.#deflater?.threshold ?? Infinity)) {
      this.#write(BINARY, message);
    } else this.#sendCompressed(BINARY, message);
  }

  /**
   * Writes a ping to the output; after our close frame it does nothing.
   *
   * @param payload At most 125 bytes (RFC 6455, 5.5).
   * @throws {RangeError} The payload is longer.
   */
  sendPing(payload: Uint8Array): void {
    if (payload.length > MAX_CONTROL) {
      throw new RangeError(
        `Cannot send a ping of ${payload.length} bytes: ${MAX_CONTROL} fit`,
      );
    }
    if (this.#state === "open") this.#write(PING, payload);
  }

  /**
   * Writes a close frame to the output, the last of our frames except pongs.
   * After a close frame of ours it does nothing.
   *
   * @param closeCode A code that may be sent, or `undefined` for none.
   * @param reason At most 123 bytes of UTF-8 go out.
   */
  sendClose(closeCode?: number, reason = ""): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#writeClose(closeCode, reason);
  }

  /**
   * Gives all that is to be sent away, for one write; empty when there is
   * nothing. Only the newest of the pings that came since the last time is
   * answered (RFC 6455, 5.5.3), so a peer that reads nothing costs one answer.
   */
  takeOutput(): Uint8Array<ArrayBuffer> {
    this.#writePong();
    return this.#writer.take();
  }

  /** Takes back the buffer of the output that was sent: `FrameWriter.recycle()`. */
  recycle(): void {
    this.#writer.recycle();
  }

  /** What the receiver notifies of; messages and pongs are passed on. */
  #receiverListener(listener: ProtocolListener): ReceiverListener {
    return {
      message: (kind, bytes, start, end) =>
        listener.message(kind, bytes, start, end),
      ping: (payload) => this.#onPing(payload),
      pong: (payload) => listener.pong(payload),
      close: (closeCode, reason) => {
        this.#onClose(closeCode);
        listener.close(closeCode, reason);
      },
      fault: (fault) => {
        this.#onFault(fault);
        listener.fault(fault);
      },
    };
  }

  #onPing(payload: Uint8Array): void {
    this.#pong ??= new Uint8Array(MAX_CONTROL);
    this.#pong.set(payload);
    this.#pongLength = payload.length;
  }

  #onClose(closeCode: number): void {
    const isAnswer = this.#state === "closing";
    this.#state = "closed";
    // RFC 6455, 5.5.1: the answer echoes the code.
    if (!isAnswer) {
      this.#writeClose(closeCode === NO_CODE ? undefined : closeCode, "");
    }
    this.#dropPong();
  }

  #onFault({ closeCode, detail }: ProtocolFault): void {
    const isClosing = this.#state === "closing";
    this.#state = "failed";
    // RFC 6455, 7.1.7; but there is one close frame only (5.5.1).
    if (!isClosing) this.#writeClose(closeCode, detail);
    this.#dropPong();
  }

  #requireOpen(): void {
    if (this.#state === "open") return;
    throw new Error(`Cannot send a message when ${this.#state}`);
  }

  #sendCompressed(opcode: number, message: Uint8Array): void {
    this.#write(RSV1 | opcode, this.#deflater!.compress(message));
  }

  #writeClose(closeCode: number | undefined, reason: string): void {
    this.#writePong();
    this.#write(CLOSE, closePayload(closeCode, reason));
  }

  #writePong(): void {
    if (this.#pongLength === NO_PONG) return;
    this.#write(PONG, this.#pong!.subarray(0, this.#pongLength));
    this.#dropPong();
  }

  /** After the peer's close frame no ping is answered (RFC 6455, 5.5.2). */
  #dropPong(): void {
    this.#pongLength = NO_PONG;
    // An idle connection keeps no buffer for answers.
    this.#pong = undefined;
  }

  #write(opcode: number, payload: Uint8Array): void {
    this.#writer.frame(FIN | opcode, payload, this.#nextKey());
  }
}

function noKey(): undefined {
  return undefined;
}
