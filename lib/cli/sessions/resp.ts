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
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
/** The rest of an answer has not come yet. */
const PARTIAL = Symbol("partial");

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
export class ReplyParser {
  #bytes: Uint8Array = new Uint8Array();
  /** Up to here the bytes were read. */
  #at = 0;

  /**
   * Takes the next bytes; gives the answers that are complete with them.
   *
   * @throws {RedisFailure} This is no Redis.
   */
  push(chunk: Uint8Array): readonly Reply[] {
    this.#bytes = joined([this.#bytes, chunk]);
    const replies: Reply[] = [];
    let end = 0;
    for (let next = this.#read(); next !== PARTIAL; next = this.#read()) {
      replies.push(next);
      end = this.#at;
    }
    this.#bytes = this.#bytes.subarray(end);
    this.#at = 0;
    return replies;
  }

  #read(): Reply | typeof PARTIAL {
    const line = this.#line();
    if (line === undefined) return PARTIAL;
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new ReplyError(rest);
      case ":":
        return numberIn(rest);
      case "$":
        return rest === "-1" ? null : this.#string(sizeIn(rest));
      case "*":
        return rest === "-1" ? null : this.#list(sizeIn(rest));
      default:
        return refuse();
    }
  }

  #list(size: number): readonly Reply[] | typeof PARTIAL {
    const list: Reply[] = [];
    while (list.length < size) {
      const next = this.#read();
      if (next === PARTIAL) return PARTIAL;
      list.push(next);
    }
    return list;
  }

  #string(size: number): Uint8Array | typeof PARTIAL {
    const start = this.#at;
    const end = start + size;
    if (this.#bytes.length < end + 2) return PARTIAL;
    this.#at = end + 2;
    const isEnded = this.#bytes[end] === CARRIAGE_RETURN &&
      this.#bytes[end + 1] === LINE_FEED;
    return isEnded ? this.#bytes.subarray(start, end) : refuse();
  }

  #line(): string | undefined {
    const start = this.#at;
    const end = this.#bytes.indexOf(LINE_FEED, start);
    const length = (end < 0 ? this.#bytes.length : end) - start;
    // An answer that is no line of Redis may have no end.
    if (length > LONGEST_LINE) return refuse();
    if (end < 0) return undefined;
    this.#at = end + 1;
    return this.#bytes[end - 1] === CARRIAGE_RETURN
      ? DECODER.decode(this.#bytes.subarray(start, end - 1))
      : refuse();
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

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
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
