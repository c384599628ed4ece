/**
 * The pieces of one message: inflated where it is compressed, judged as UTF-8
 * where it is text, collected within the limit.
 *
 * @module
 */

import type { MessageInflater } from "./deflate/message_inflater.ts";
import type { ProtocolFault } from "./fault.ts";
import { BINARY } from "./frame.ts";
import { MessageStore } from "./message_store.ts";
import { skipAscii, Utf8Validator } from "./utf8_validator.ts";

/** What a message is. All of a text is valid UTF-8; `"ascii"` is text too. */
export type MessageKind = "ascii" | "text" | "binary";

/** What is wrong with a message; `at` is an index into the chunk. */
export interface PieceFault {
  /** 1007 or 1009. */
  readonly closeCode: ProtocolFault["closeCode"];
  /** What is wrong. */
  readonly detail: string;
  /** Where in the chunk. */
  readonly at: number;
  /** As `ProtocolFault.size`. */
  readonly size?: number;
}

/** How the payloads of a message are coded. */
export type Coding = "plain" | "deflate";

/** What an assembler is made of. */
export interface AssemblerOptions {
  /** The largest message, in bytes after decompression. */
  readonly maxMessageSize: number;
  /** Present when `permessage-deflate` was negotiated. */
  readonly inflater: MessageInflater | undefined;
}

/** Assembles one message after the other. */
export class MessageAssembler {
  readonly #maxMessageSize: number;
  readonly #inflater: MessageInflater | undefined;
  readonly #store = new MessageStore();
  readonly #utf8 = new Utf8Validator();
  #opcode = BINARY;
  #coding: Coding = "plain";

  /** Makes an assembler. */
  constructor({ maxMessageSize, inflater }: AssemblerOptions) {
    this.#maxMessageSize = maxMessageSize;
    this.#inflater = inflater;
  }

  /** Starts a message of any number of pieces. */
  start(opcode: number, coding: Coding): void {
    this.#opcode = opcode;
    this.#coding = coding;
    this.#utf8.reset();
    if (coding === "deflate") this.#inflater!.start();
  }

  /** Says that so many more bytes end the message. */
  reserve(bytes: number): void {
    if (this.#coding === "plain") this.#store.reserve(bytes);
  }

  /** Takes a piece of the message, of a chunk and its view. */
  push(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): PieceFault | undefined {
    if (this.#coding === "deflate") {
      this.#inflater!.push(bytes.subarray(start, end));
      return this.#drain(end);
    }
    const wrong = this.#validate(view, start, end);
    if (wrong >= 0) return notUtf8(wrong);
    this.#store.append(bytes, start, end);
    return undefined;
  }

  /** Ends the message, whose last byte is before `at` in the chunk. */
  finish(at: number): PieceFault | undefined {
    if (this.#coding === "deflate") {
      this.#inflater!.end();
      const fault = this.#drain(at);
      if (fault !== undefined) return fault;
    }
    if (this.#opcode === BINARY || this.#utf8.isComplete) return undefined;
    return cutCharacter(at);
  }

  /** The kind of the message that was finished. */
  get kind(): MessageKind {
    if (this.#opcode === BINARY) return "binary";
    return this.#utf8.isAscii ? "ascii" : "text";
  }

  /** Gives the finished message away. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#store.take();
  }

  /** Judges a text that lies whole in the chunk: what it is, or what is wrong. */
  judge(
    view: DataView,
    start: number,
    end: number,
  ): MessageKind | PieceFault {
    const at = skipAscii(view, start, end);
    if (at === end) return "ascii";
    this.#utf8.reset();
    const wrong = this.#utf8.push(view, at, end);
    if (wrong >= 0) return notUtf8(wrong);
    return this.#utf8.isComplete ? "text" : cutCharacter(end);
  }

  #validate(view: DataView, start: number, end: number): number {
    return this.#opcode === BINARY ? -1 : this.#utf8.push(view, start, end);
  }

  /** Takes what inflated; not a byte beyond the limit is kept. */
  #drain(at: number): PieceFault | undefined {
    const inflater = this.#inflater!;
    for (;;) {
      const piece = inflater.read();
      if (piece === undefined) break;
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
      const room = this.#maxMessageSize - this.#store.length;
      const end = Math.min(piece.length, room);
      // Text first, so that the size of a piece does not decide what is wrong.
      if (this.#validate(view, 0, end) >= 0) return notUtf8(at);
      if (end < piece.length) return inflatesTooBig(this.#maxMessageSize, at);
      this.#store.append(piece, 0, piece.length);
    }
    return inflater.isValid ? undefined : notDeflate(at);
  }
}

function notUtf8(at: number): PieceFault {
  return {
    closeCode: 1007,
    detail: "A text message is not UTF-8 (RFC 6455, 8.1)",
    at,
  };
}

function cutCharacter(at: number): PieceFault {
  return {
    closeCode: 1007,
    detail: "A text message ends within a character (RFC 6455, 8.1)",
    at,
  };
}

function inflatesTooBig(limit: number, at: number): PieceFault {
  return {
    closeCode: 1009,
    detail: `A message inflates to more than the limit of ${limit} bytes`,
    at,
  };
}

function notDeflate(at: number): PieceFault {
  return {
    closeCode: 1007,
    detail: "A compressed message does not inflate (RFC 7692, 7.2.2)",
    at,
  };
}
