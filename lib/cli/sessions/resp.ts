/**
 * The protocol of Redis, version 2, which each server speaks from the start.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { RedisFailure } from "./failure.ts";

/** An answer: status, number, string, none, list, or an error of the server. */
export type Reply =
  | string
  | number
  | Uint8Array
  | null
  | ReplyError
  | readonly Reply[];

/** An error that the server answers with; its message begins with a code. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

/** No string of ours is larger, in bytes: a message of a session is not. */
const LARGEST = 512 * 1024 * 1024;

const LONGEST_LINE = 65_536;
const LINE_FEED = 10;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
const LINE_BREAK = ENCODER.encode("\r\n");

/** Writes a command. */
export function encodeCommand(
  args: readonly (string | Uint8Array)[],
): Uint8Array<ArrayBuffer> {
  const parts = args.flatMap((arg) => {
    const data = typeof arg === "string" ? ENCODER.encode(arg) : arg;
    return [ENCODER.encode(`$${data.length}\r\n`), data, LINE_BREAK];
  });
  return joined([ENCODER.encode(`*${args.length}\r\n`), ...parts]);
}

/** Reads answers from the bytes of a connection. */
export class ReplyReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  /** Reads from a stream. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#source = stream.getReader();
  }

  /**
   * Reads the next answer.
   *
   * @throws {RedisFailure} The connection has ended, or this is no Redis.
   */
  async read(): Promise<Reply> {
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new ReplyError(rest);
      case ":":
        return numberIn(rest);
      case "$":
        return rest === "-1" ? null : await this.#string(sizeIn(rest));
      case "*":
        return rest === "-1" ? null : await this.#list(sizeIn(rest));
      default:
        return refuse();
    }
  }

  async #list(size: number): Promise<readonly Reply[]> {
    const list: Reply[] = [];
    while (list.length < size) list.push(await this.read());
    return list;
  }

  async #string(size: number): Promise<Uint8Array> {
    const parts = await this.#take(size);
    const end = joined(await this.#take(LINE_BREAK.length));
    return DECODER.decode(end) === "\r\n" ? joined(parts) : refuse();
  }

  async #line(): Promise<string> {
    const parts: Uint8Array[] = [];
    let size = 0;
    do {
      // An answer that is no line of Redis may have no end.
      if (size > LONGEST_LINE) return refuse();
      if (this.#chunk.length === 0) await this.#fill();
      const end = this.#chunk.indexOf(LINE_FEED) + 1 || this.#chunk.length;
      parts.push(...await this.#take(end));
      size += end;
    } while (parts.at(-1)?.at(-1) !== LINE_FEED);
    const line = DECODER.decode(joined(parts));
    return line.endsWith("\r\n") ? line.slice(0, -2) : refuse();
  }

  async #take(size: number): Promise<readonly Uint8Array[]> {
    const parts: Uint8Array[] = [];
    for (let missing = size; missing > 0;) {
      if (this.#chunk.length === 0) await this.#fill();
      const part = this.#chunk.subarray(0, missing);
      this.#chunk = this.#chunk.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return parts;
  }

  async #fill(): Promise<void> {
    const { value, done } = await this.#source.read();
    if (done) throw new RedisFailure("unreachable", "it closed the connection");
    this.#chunk = value;
  }
}

function numberIn(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) : refuse();
}

function sizeIn(text: string): number {
  const size = numberIn(text);
  return size >= 0 && size <= LARGEST ? size : refuse();
}

function refuse(): never {
  throw new RedisFailure("protocol", "it does not speak as Redis does");
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
