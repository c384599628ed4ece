/**
 * The beginning of the body of a refusal (RFC 9112, 6 and 7.1).
 *
 * @module
 */

import { MessageStore } from "../message_store.ts";
import { elementsOf, type Fields, valuesOf } from "./fields.ts";

/** Statuses whose responses have no body (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS: readonly number[] = [204, 304];
/** The longest line with a chunk's size and extensions, in bytes. */
const MAX_LINE = 256;
const LF = 0x0a;

/** What a body belongs to. */
export interface BodyOptions {
  /** The status of the response. */
  readonly status: number;
  /** Its header fields. */
  readonly fields: Fields;
  /** No more bytes are kept. */
  readonly maxBytes: number;
}

/** How the end of a body is found (RFC 9112, 6.3). */
type Framing = "length" | "chunked" | "until-end";

/** Reads a body, in chunks of any size. */
export class BodyReader {
  readonly #framing: Framing;
  readonly #maxBytes: number;
  readonly #store = new MessageStore();
  #state: "reading" | "done" = "reading";
  /** Bytes of the body, or of the present chunk of it, that are to come. */
  #left: number;
  /** A line of the chunked coding, as far as it has arrived. */
  #line = "";

  /** Makes a reader. */
  constructor({ status, fields, maxBytes }: BodyOptions) {
    const { framing, left } = framingOf(fields);
    this.#framing = framing;
    this.#left = BODILESS.includes(status) ? 0 : left;
    this.#maxBytes = maxBytes;
    if (this.#left === 0 && framing !== "chunked") this.#state = "done";
    if (BODILESS.includes(status)) this.#state = "done";
  }

  /** Whether the body is complete, or as long as it may be. */
  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Takes the next bytes, from `start` on. */
  read(bytes: Uint8Array, start: number): void {
    let at = start;
    while (at < bytes.length && this.#state === "reading") {
      at = this.#left > 0 ? this.#data(bytes, at) : this.#chunkLine(bytes, at);
    }
  }

  /** Gives what there is of the body away. */
  take(): Uint8Array<ArrayBuffer> {
    this.#state = "done";
    return this.#store.take();
  }

  #data(bytes: Uint8Array, at: number): number {
    const room = this.#maxBytes - this.#store.length;
    const next = Math.min(at + Math.min(this.#left, room), bytes.length);
    this.#store.append(bytes, at, next);
    this.#left -= next - at;
    const isFull = this.#store.length === this.#maxBytes;
    const isOver = this.#left === 0 && this.#framing === "length";
    if (isFull || isOver) this.#state = "done";
    return next;
  }

  /** A chunk's size; the end of the data before it is an empty line. */
  #chunkLine(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    if (byte !== LF) {
      this.#line += String.fromCharCode(byte);
      if (this.#line.length > MAX_LINE) this.#state = "done";
      return at + 1;
    }
    const line = this.#line.trim();
    this.#line = "";
    if (line === "") return at + 1;
    const size = /^[0-9a-f]{1,13}(?=$|[ \t;])/i.exec(line)?.[0] ?? "0";
    this.#left = parseInt(size, 16);
    if (this.#left === 0) this.#state = "done";
    return at + 1;
  }
}

function framingOf(
  fields: Fields,
): { readonly framing: Framing; readonly left: number } {
  const coding = elementsOf(fields, "transfer-encoding").at(-1);
  if (coding?.toLowerCase() === "chunked") {
    return { framing: "chunked", left: 0 };
  }
  if (coding !== undefined) return { framing: "until-end", left: Infinity };
  const length = valuesOf(fields, "content-length")[0];
  // An invalid length is ignored; the body ends with the connection.
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? { framing: "length", left: Number(length) }
    : { framing: "until-end", left: Infinity };
}
