/**
 * The field `Sec-WebSocket-Extensions` (RFC 6455, 9.1).
 *
 * @module
 */

import { isToken } from "./fields.ts";

/** One extension, with its parameters in their order. */
export interface Extension {
  /** Its name, as it was written. */
  readonly name: string;
  /** Names and values; a parameter without a value has `undefined`. */
  readonly params: readonly (readonly [string, string | undefined])[];
}

/** A token, or a quoted string that holds one (RFC 6455, 9.1). */
const WORD = /[ \t]*(?:([!#$%&'*+\-.^_`|~\w]+)|"((?:[^"\\]|\\.)*)")[ \t]*/y;
const SEPARATOR = /[ \t]*([,;=])[ \t]*/y;

/**
 * Parses the values of the field. Several fields are one list, and elements
 * that are empty are ignored (RFC 9110, 5.6.1.2).
 *
 * @returns The extensions; `undefined` when the syntax is wrong.
 */
export function parseExtensions(
  values: readonly string[],
): readonly Extension[] | undefined {
  const reader = new WordReader(values.join(","));
  const extensions: Extension[] = [];
  while (!reader.isAtEnd) {
    if (reader.takes(",")) continue;
    const extension = parseExtension(reader);
    if (extension === undefined) return undefined;
    if (!reader.isAtEnd && !reader.takes(",")) return undefined;
    extensions.push(extension);
  }
  return extensions;
}

function parseExtension(reader: WordReader): Extension | undefined {
  const name = reader.token();
  if (name === undefined) return undefined;
  const params: (readonly [string, string | undefined])[] = [];
  while (reader.takes(";")) {
    const param = reader.token();
    if (param === undefined) return undefined;
    const hasValue = reader.takes("=");
    const value = hasValue ? reader.word() : undefined;
    if (hasValue && value === undefined) return undefined;
    params.push([param, value]);
  }
  return { name, params };
}

class WordReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  takes(separator: "," | ";" | "="): boolean {
    SEPARATOR.lastIndex = this.#at;
    const match = SEPARATOR.exec(this.#text);
    if (match?.[1] !== separator) return false;
    this.#at = SEPARATOR.lastIndex;
    return true;
  }

  token(): string | undefined {
    const match = this.#match();
    if (match?.[1] === undefined) return undefined;
    this.#at = WORD.lastIndex;
    return match[1];
  }

  word(): string | undefined {
    const match = this.#match();
    if (match === null) return undefined;
    this.#at = WORD.lastIndex;
    const word = match[1] ?? match[2]!.replace(/\\(.)/g, "$1");
    return isToken(word) ? word : undefined;
  }

  #match(): RegExpExecArray | null {
    WORD.lastIndex = this.#at;
    return WORD.exec(this.#text);
  }
}
