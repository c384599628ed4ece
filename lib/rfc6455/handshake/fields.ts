/**
 * Header fields of HTTP (RFC 9110, 5).
 *
 * @module
 */

import { encodeLatin1 } from "./latin1.ts";

/** Header fields in the order of the wire; the names are in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** Returns whether a text is a token (RFC 9110, 5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Gives all values of a field, which may come several times (RFC 9110, 5.2). */
export function valuesOf(fields: Fields, name: string): readonly string[] {
  return fields.flatMap(([each, value]) => each === name ? [value] : []);
}

/**
 * Gives the elements of a field that is a list (RFC 9110, 5.6.1), without the
 * empty ones, which a recipient must ignore. For lists of tokens only: a comma
 * in a quoted string is taken for a separator.
 */
export function elementsOf(fields: Fields, name: string): readonly string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(","))
    .map(trimSpace)
    .filter((element) => element !== "");
}

/** Returns whether a field is a list that has a token, in any case. */
export function hasToken(fields: Fields, name: string, token: string): boolean {
  return elementsOf(fields, name)
    .some((element) => element.toLowerCase() === token);
}

/**
 * Removes the space around a value (RFC 9110, 5.5): spaces and tabs only. A
 * regular expression would take quadratic time for many spaces.
 */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start])) start += 1;
  while (start < end && isSpace(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Returns whether a character is a space or a tab. */
export function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** The most characters of a peer's text that are shown. */
const MAX_QUOTE = 80;

/** Shows a text of the peer in quotes, cut short, and free of control characters. */
export function quote(text: string): string {
  const start = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
  return JSON.stringify(start).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

/**
 * Makes a record of fields, with the values of a name joined by ", " as
 * RFC 9110, 5.3 allows it.
 */
export function combineFields(
  fields: Fields,
): Readonly<Record<string, string>> {
  const combined = new Map<string, string>();
  for (const [name, value] of fields) {
    const before = combined.get(name);
    combined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(combined);
}

/** Fields whose values the opening handshake itself decides. */
const OWNED =
  /^(?:host|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer)$/i;
/** What would end a value, or cannot be written as one byte (RFC 9110, 5.5). */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Checks fields that an application gives.
 *
 * @throws {TypeError} A name is not a token, belongs to the handshake, or has a
 * value with characters that end it or are not Latin-1.
 */
export function checkFields(fields: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fields)) {
    const shown = quote(name);
    if (!isToken(name)) {
      throw new TypeError(`Cannot send the header ${shown}: no valid name`);
    }
    if (OWNED.test(name)) {
      throw new TypeError(
        `Cannot send the header ${shown}: the handshake sets it`,
      );
    }
    if (BAD_VALUE.test(value)) {
      throw new TypeError(
        `Cannot send the header ${shown}: its value has control characters ` +
          "or is not Latin-1",
      );
    }
  }
}

/** Makes the bytes of a start line and fields; the text is Latin-1. */
export function headBytes(
  startLine: string,
  fields: readonly (readonly [string, string])[],
): Uint8Array<ArrayBuffer> {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `${startLine}\r\n${lines.join("")}\r\n`;
  return encodeLatin1(text);
}
