/**
 * The head of an HTTP message: its start line and header fields (RFC 9112, 2
 * and 5), in chunks of any size, within a limit.
 *
 * @module
 */

import { MessageStore } from "../message_store.ts";
import { type Fields, isSpace, isToken, quote, trimSpace } from "./fields.ts";
import { decodeLatin1 } from "./latin1.ts";

/** The head of a message. */
export interface Head {
  /** The first line, without its end. */
  readonly startLine: string;
  /** The header fields. */
  readonly fields: Fields;
}

/** What is wrong with a head. */
export interface HeadFault {
  /** What it is. */
  readonly kind: "fault";
  /** `"too-large"`: it is longer than the limit. */
  readonly type: "syntax" | "too-large";
  /** What is wrong. */
  readonly detail: string;
  /** Where, in bytes from the first byte of the connection. */
  readonly offset: number;
}

/** What a reader found. */
export type HeadResult =
  | { readonly kind: "incomplete" }
  | {
    readonly kind: "head";
    readonly head: Head;
    /** Where the head ends, as an index into the chunk. */
    readonly end: number;
  }
  | HeadFault;

/** What a reader is made of. */
export interface HeadReaderOptions {
  /** The message: a server refuses what a client must tolerate. */
  readonly message: "request" | "response";
  /** The limit for all heads that one reader reads, in bytes. */
  readonly maxBytes: number;
}

const LF = 0x0a;
const CR = 0x0d;
const INCOMPLETE = { kind: "incomplete" } as const;
const HTTP = "HTTP/";
/** How an answer starts: at most 4 bytes of line ends, and `HTTP/`. */
const START = 9;

/** Reads one head after the other. */
export class HeadReader {
  readonly #message: "request" | "response";
  readonly #maxBytes: number;
  readonly #store = new MessageStore();
  /** Bytes of heads that were read before this one. */
  #offset = 0;
  /** Bytes of the present line, and the last of them. */
  #lineLength = 0;
  #previous = LF;
  #lines = 0;

  /** Makes a reader for a connection. */
  constructor({ message, maxBytes }: HeadReaderOptions) {
    this.#message = message;
    this.#maxBytes = maxBytes;
  }

  /** How many bytes of the present head have arrived. */
  get length(): number {
    return this.#store.length;
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes The chunk.
   * @param start Where in it to begin.
   * @returns The head, and where it ends, when it is complete.
   */
  read(bytes: Uint8Array, start: number): HeadResult {
    const end = this.#findEnd(bytes, start);
    const stop = Math.min(end ?? bytes.length, start + this.#room());
    this.#store.append(bytes, start, stop);
    if (stop < (end ?? bytes.length)) return this.#tooLarge();
    const fault = this.#judgeStart();
    if (fault !== undefined) return fault;
    if (end === undefined) return INCOMPLETE;
    const length = this.#store.length;
    const head = parseHead(decodeLatin1(this.#store.take()), this.#message);
    if (head.kind === "fault") {
      return { ...head, offset: this.#offset + head.offset };
    }
    this.#offset += length;
    return { kind: "head", head: head.head, end };
  }

  #room(): number {
    return this.#maxBytes - this.#offset - this.#store.length;
  }

  #tooLarge(): HeadFault {
    return {
      kind: "fault",
      type: "too-large",
      detail: `The header fields are longer than ${this.#maxBytes} bytes`,
      offset: this.#maxBytes,
    };
  }

  /**
   * Finds the empty line that ends the head. A line ends with LF or CR LF
   * (RFC 9112, 2.2).
   */
  #findEnd(bytes: Uint8Array, start: number): number | undefined {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (byte === LF) {
        if (this.#isBlank() && this.#lines > 0) return this.#reset(at + 1);
        if (!this.#isBlank()) this.#lines += 1;
        this.#lineLength = 0;
      } else this.#lineLength += 1;
      this.#previous = byte;
    }
    return undefined;
  }

  #isBlank(): boolean {
    return this.#lineLength === 0 ||
      this.#lineLength === 1 && this.#previous === CR;
  }

  #reset(end: number): number {
    this.#lines = 0;
    this.#lineLength = 0;
    return end;
  }

  /**
   * Says that no more bytes come.
   *
   * @returns What is wrong with the beginning, other than that it is too short.
   */
  readEnd(): HeadFault | undefined {
    const start = decodeLatin1(this.#store.peek(START));
    const line = start.replace(/^[\r\n]{1,4}/, "").toUpperCase();
    const isHttp = line.startsWith(HTTP) || HTTP.startsWith(line);
    if (isHttp || this.#message === "request") return undefined;
    const rest = start.length < START ? "" : "…";
    return {
      kind: "fault",
      type: "syntax",
      detail: `The answer is not HTTP: it starts with ${quote(start + rest)}`,
      offset: this.#offset,
    };
  }

  /** What does not speak HTTP may never send an empty line. */
  #judgeStart(): HeadFault | undefined {
    return this.#store.length < START ? undefined : this.readEnd();
  }
}

/** A line, and where it starts. */
interface Line {
  readonly text: string;
  readonly offset: number;
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let offset = 0; offset < text.length;) {
    const end = text.indexOf("\n", offset);
    lines.push({ text: text.slice(offset, end).replace(/\r$/, ""), offset });
    offset = end + 1;
  }
  return lines;
}

type ParsedHead =
  | { readonly kind: "head"; readonly head: Head }
  | HeadFault;

function parseHead(
  text: string,
  message: "request" | "response",
): ParsedHead {
  const lines = linesOf(text).filter(({ text }) => text !== "");
  const [first, ...rest] = lines as [Line, ...Line[]];
  const parser = new FieldParser();
  for (const line of rest) parser.take(line);
  const bare = lines.find(({ text }) => BARE.test(text));
  const fault = bare === undefined
    ? parser.fault
    : syntax("A line has a bare CR or a NUL (RFC 9112, 2.2)", bare);
  if (fault !== undefined && message === "request") return fault;
  const startLine = first.text.replaceAll(BARES, " ");
  return { kind: "head", head: { startLine, fields: parser.fields() } };
}

const BARE = /[\0\r]/;
const BARES = /[\0\r]/g;

/**
 * Reads fields, and notes the first fault.
 *
 * A server refuses a request for any fault. A client tolerates all of them, as
 * browsers do: it removes space before a colon as a proxy must (RFC 9112, 5.1),
 * unfolds lines (5.2, a duty of user agents), replaces bare CR and NUL by spaces
 * (RFC 9112, 2.2; RFC 9110, 5.5), and skips lines that are no field.
 */
class FieldParser {
  readonly #fields: { readonly name: string; readonly lines: string[] }[] = [];
  /** The lines of the field that a folded line continues; a fault ends it. */
  #lines: string[] | undefined;
  #fault: HeadFault | undefined;

  get fault(): HeadFault | undefined {
    return this.#fault;
  }

  fields(): Fields {
    return this.#fields.map(({ name, lines }) => [
      name,
      trimSpace(lines.join(" ")),
    ]);
  }

  take(line: Line): void {
    const text = line.text.replaceAll(BARES, " ");
    if (isSpace(text[0])) {
      this.#fault ??= syntax("A field is folded (RFC 9112, 5.2)", line);
      this.#lines?.push(trimSpace(text));
      return;
    }
    const colon = Math.max(text.indexOf(":"), 0);
    const name = trimSpace(text.slice(0, colon));
    if (isToken(name)) this.#start(name, trimSpace(text.slice(colon + 1)));
    else this.#lines = undefined;
    this.#note(line, name, colon);
  }

  #start(name: string, value: string): void {
    this.#lines = [value];
    this.#fields.push({ name: name.toLowerCase(), lines: this.#lines });
  }

  #note(line: Line, name: string, colon: number): void {
    if (!isToken(name)) {
      this.#fault ??= syntax("A line is no field (RFC 9112, 5)", line);
    } else if (name.length < colon) {
      this.#fault ??= syntax("Space before a colon (RFC 9112, 5.1)", line);
    }
  }
}

function syntax(detail: string, { offset }: Line): HeadFault {
  return { kind: "fault", type: "syntax", detail, offset };
}
