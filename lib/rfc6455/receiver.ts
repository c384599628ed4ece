/**
 * Frames to messages (RFC 6455, 5 and 8.1), in chunks of any size.
 *
 * What is whole in a chunk is handed over as a range of that chunk, without a
 * copy. What is not is collected, and handed over in a buffer of its own.
 *
 * @module
 */

import { readClosePayload } from "./close_payload.ts";
import type { MessageInflater } from "./deflate/message_inflater.ts";
import type { ProtocolFault } from "./fault.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  FrameHeader,
  type FrameRules,
  MAX_CONTROL,
  MAX_HEADER,
  PING,
  type Role,
  RSV1,
} from "./frame.ts";
import { mask, turnKey } from "./mask.ts";
import {
  MessageAssembler,
  type MessageKind,
  type PieceFault,
} from "./message_assembler.ts";

/**
 * What a receiver notifies of, in the order of the wire and during
 * {@linkcode Receiver.receive}. No method may throw.
 */
export interface ReceiverListener {
  /**
   * A whole message: `bytes[start, end)`. When `bytes` is the chunk itself, the
   * range is valid until the chunk is used again. Else it is a buffer of exactly
   * this message, which is the listener's to keep or to transfer.
   */
  message(
    kind: MessageKind,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** A ping; its payload is valid until the method returns. */
  ping(payload: Uint8Array): void;
  /** A pong; its payload is valid until the method returns. */
  pong(payload: Uint8Array): void;
  /** The peer's close frame. 1005: without a code. Nothing follows it. */
  close(closeCode: number, reason: string): void;
  /** The peer broke the protocol. Nothing follows it. */
  fault(fault: ProtocolFault): void;
}

/** What a receiver is made of. */
export interface ReceiverOptions {
  /** The side that receives. */
  readonly role: Role;
  /** The largest message, in bytes after decompression; `Infinity` for none. */
  readonly maxMessageSize: number;
  /** Present when `permessage-deflate` was negotiated. */
  readonly inflater?: MessageInflater | undefined;
  /** Who is notified. */
  readonly listener: ReceiverListener;
}

const NOTHING = new Uint8Array(0);
const NOTHING_VIEW = new DataView(NOTHING.buffer);

/** Reads the frames of one direction of a connection. */
export class Receiver {
  readonly #rules: FrameRules;
  readonly #maxMessageSize: number;
  readonly #listener: ReceiverListener;
  readonly #header = new FrameHeader();
  readonly #message: MessageAssembler;
  #state: "open" | "stopped" = "open";

  /** Bytes received before this chunk. */
  #received = 0;
  #bytes: Uint8Array = NOTHING;
  #view: DataView = NOTHING_VIEW;

  /** A header, and the payload of a control frame, that chunks cut in two. */
  #cut: Uint8Array<ArrayBuffer> | undefined;
  #cutLength = 0;
  /** Payload bytes of the present frame that are still to come. */
  #left = 0;
  /** The first byte of the message whose frames come in; 0 between messages. */
  #open = 0;
  /** Payload bytes of that message that headers announced. */
  #announced = 0;

  /** Makes a receiver for a connection whose opening handshake is done. */
  constructor(options: ReceiverOptions) {
    const { role, maxMessageSize, inflater, listener } = options;
    this.#rules = { role, rsv: inflater === undefined ? 0 : RSV1 };
    this.#maxMessageSize = maxMessageSize;
    this.#message = new MessageAssembler({ maxMessageSize, inflater });
    this.#listener = listener;
  }

  /** How many bytes were received; what came after the end counts too. */
  get received(): number {
    return this.#received;
  }

  /**
   * Takes the next bytes of the connection and notifies of all that they
   * complete. After a close frame, a fault or `stop()` they are ignored.
   *
   * @param bytes The chunk. A server's receiver unmasks it in place.
   */
  receive(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at < bytes.length && this.#state === "open") at = this.#advance(at);
    this.#received += bytes.length;
    // An idle connection keeps no chunk alive.
    this.#bytes = NOTHING;
    this.#view = NOTHING_VIEW;
  }

  /** Ignores all that follows, even within this chunk. */
  stop(): void {
    this.#state = "stopped";
    this.#message.take();
    this.#cut = undefined;
  }

  /** Takes a header, or the next piece of a payload; gives where it ends. */
  #advance(at: number): number {
    if (this.#left > 0) return this.#continue(at);
    const end = this.#bytes.length;
    if (this.#cutLength > 0 || at + 2 > end) return this.#cutHeader(at);
    const next = at + this.#header.read(this.#view, at, end);
    if (next > end) return this.#cutHeader(at);
    return this.#accepts(at) ? this.#payload(next) : end;
  }

  /** Takes a header that chunks cut in two, and judges what there is of it. */
  #cutHeader(at: number): number {
    const cut = this.#cutBuffer();
    const view = new DataView(cut.buffer, 0, MAX_HEADER);
    const start = at - this.#cutLength;
    for (let next = at; next < this.#bytes.length;) {
      cut[this.#cutLength++] = this.#bytes[next++]!;
      if (this.#cutLength < 2) continue;
      const size = this.#header.read(view, 0, this.#cutLength);
      if (!this.#accepts(start)) break;
      if (this.#cutLength < size) continue;
      this.#cutLength = 0;
      return this.#payload(next);
    }
    return this.#bytes.length;
  }

  #cutBuffer(): Uint8Array<ArrayBuffer> {
    return this.#cut ??= new Uint8Array(MAX_HEADER + MAX_CONTROL);
  }

  /** Judges a header, as far as it is there, before a byte is stored. */
  #accepts(at: number): boolean {
    const header = this.#header;
    const detail = header.fault(this.#rules) ?? this.#orderFault();
    if (detail !== undefined) {
      return this.#fail({ closeCode: 1002, detail, at });
    }
    if (header.isControl) return true;
    const size = this.#announced + header.length;
    // What is not known yet is `NaN`, and not above any limit.
    if (!(size > this.#maxMessageSize) || size <= this.#deflatedLimit()) {
      return true;
    }
    return this.#fail(tooBig(size, this.#maxMessageSize, at));
  }

  /** RFC 6455, 5.4: the frames of two messages never mix. */
  #orderFault(): string | undefined {
    const { opcode, first, isControl } = this.#header;
    if (isControl) return undefined;
    if (opcode !== CONTINUATION) {
      return this.#open === 0
        ? undefined
        : "A message starts before the one before it ended (RFC 6455, 5.4)";
    }
    if (this.#open === 0) {
      return "A frame continues a message that did not start (RFC 6455, 5.4)";
    }
    return (first & RSV1) === 0
      ? undefined
      : "RSV1 set in a frame that is not its message's first (RFC 7692, 6.1)";
  }

  /** Deflate makes what it cannot compress a little longer; 0 without it. */
  #deflatedLimit(): number {
    const { opcode, first } = this.#header;
    const start = opcode === CONTINUATION ? this.#open : first;
    if ((start & RSV1) === 0) return 0;
    const limit = this.#maxMessageSize;
    return limit + limit / 8 + limit / 64 + 16;
  }

  /** The payload of a frame that was accepted starts here. */
  #payload(at: number): number {
    const { first, isControl, length, key } = this.#header;
    const next = at + length;
    if (next > this.#bytes.length) return this.#cutPayload(at);
    if (key !== 0) mask(this.#view, at, next, key);
    if (isControl) this.#control(this.#bytes.subarray(at, next), next);
    else if (isWholeMessage(first)) this.#wholeMessage(at, next);
    else {
      this.#startFrame();
      this.#piece(at, next);
    }
    return next;
  }

  #cutPayload(at: number): number {
    const { isControl, isFinal, length } = this.#header;
    this.#left = length;
    if (isControl) return at;
    this.#startFrame();
    if (isFinal) this.#message.reserve(length);
    return at;
  }

  #startFrame(): void {
    const { opcode, first, length } = this.#header;
    this.#announced += length;
    if (opcode === CONTINUATION) return;
    this.#open = first;
    this.#message.start(opcode, (first & RSV1) === 0 ? "plain" : "deflate");
  }

  /** The next piece of a payload that chunks cut in two. */
  #continue(at: number): number {
    const { isControl, length, key } = this.#header;
    const next = Math.min(at + this.#left, this.#bytes.length);
    if (key !== 0) {
      mask(this.#view, at, next, turnKey(key, length - this.#left));
    }
    this.#left -= next - at;
    if (isControl) this.#cutControl(at, next);
    else this.#piece(at, next);
    return next;
  }

  #cutControl(at: number, next: number): void {
    const cut = this.#cutBuffer();
    const done = MAX_HEADER + this.#header.length - this.#left;
    cut.set(this.#bytes.subarray(at, next), done - (next - at));
    if (this.#left > 0) return;
    this.#control(cut.subarray(MAX_HEADER, done), next);
  }

  /** Takes the payload of a control frame, which ends here in the chunk. */
  #control(payload: Uint8Array, end: number): void {
    switch (this.#header.opcode) {
      case CLOSE:
        return this.#close(payload, end - payload.length);
      case PING:
        return this.#listener.ping(payload);
      default:
        return this.#listener.pong(payload);
    }
  }

  #close(payload: Uint8Array, at: number): void {
    const close = readClosePayload(payload);
    if (close.kind === "fault") {
      const { closeCode, detail } = close;
      this.#fail({ closeCode, detail, at });
      return;
    }
    this.stop();
    this.#listener.close(close.closeCode, close.reason);
  }

  /** A message in one frame, all of it in the chunk: no copy. */
  #wholeMessage(start: number, end: number): void {
    const kind = this.#header.opcode === BINARY
      ? "binary"
      : this.#message.judge(this.#view, start, end);
    if (typeof kind === "string") {
      this.#listener.message(kind, this.#bytes, start, end);
    } else this.#fail(kind);
  }

  /** A piece of a message that goes to the listener in a buffer of its own. */
  #piece(start: number, end: number): void {
    const fault = this.#message.push(this.#bytes, this.#view, start, end);
    if (fault !== undefined) this.#fail(fault);
    else if (this.#left === 0 && this.#header.isFinal) this.#finish(end);
  }

  #finish(end: number): void {
    this.#open = 0;
    this.#announced = 0;
    const fault = this.#message.finish(end);
    if (fault !== undefined) {
      this.#fail(fault);
      return;
    }
    const { kind } = this.#message;
    const bytes = this.#message.take();
    this.#listener.message(kind, bytes, 0, bytes.length);
  }

  #fail({ at, ...fault }: PieceFault): false {
    this.stop();
    this.#listener.fault({ ...fault, offset: this.#received + at });
    return false;
  }
}

/** Whether a frame is a message of its own, as it goes to the listener. */
function isWholeMessage(first: number): boolean {
  return first === (FIN | 1) || first === (FIN | BINARY);
}

function tooBig(size: number, limit: number, at: number): PieceFault {
  return {
    closeCode: 1009,
    detail: `A message of ${size} bytes or more is over the limit of ${limit}`,
    at,
    size,
  };
}
