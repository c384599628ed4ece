/**
 * Control characters made visible, so that what a peer sends can neither steer
 * the terminal nor look like a line of ours.
 *
 * @module
 */

/**
 * What a terminal obeys instead of showing it: control characters (C0, C1),
 * characters that change the direction of text or have no width, line and
 * paragraph separators, halves of surrogate pairs. Joiners stay, since scripts
 * and emoji need them, and so do the Arabic signs that are format characters
 * for Unicode but have a shape.
 */
const INVISIBLE =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u00ad\u0600-\u0605\u06dd\u070f\u08e2\u200c\u200d]]/gv;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** Makes one line of a text: shows all control characters as `\x1b`, `\n` … */
export function visibleLine(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** As {@linkcode visibleLine}, but keeps line feeds and tabs. */
export function visibleLines(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) => /[\n\t]/.test(character) ? character : escaped(character),
  );
}

/**
 * Writes a value as JSON in one line. `JSON.stringify()` leaves C1 controls and
 * the direction of text as they are; here they are escapes, which a parser reads
 * as the same text (RFC 8259, 7).
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(
    INVISIBLE,
    (character) =>
      [...Array(character.length).keys()]
        .map((index) => `\\u${hex(character.charCodeAt(index), 4)}`).join(""),
  );
}

function escaped(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 1)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
