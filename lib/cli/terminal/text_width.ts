/**
 * The width of text on a terminal, and line breaks.
 *
 * @module
 */

/** Unicode blocks in which nearly all characters are two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
/** The narrowest text that is still readable, in columns. */
const NARROWEST = 20;
const COMBINING = /\p{M}|\u200d/u;

/** Gives the number of columns of a text without control characters. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + columnsOf(character), 0);
}

/** Gives as much of the beginning as fits into so many columns. */
export function fitStart(text: string, columns: number): string {
  let room = columns;
  let fitting = "";
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    fitting += character;
  }
  return fitting;
}

/** Gives as much of the end as fits into so many columns. */
export function fitEnd(text: string, columns: number): string {
  const reversed = [...text].reverse().join("");
  return [...fitStart(reversed, columns)].reverse().join("");
}

/**
 * Breaks text into lines between words. A word that is too long for a line, such
 * as a URL, stays in one piece, so that it can be copied.
 */
export function wrap(text: string, columns: number): readonly string[] {
  const room = Math.max(columns, NARROWEST);
  const [first = "", ...words] = text.split(" ");
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (widthOf(longer) > room) lines.push(line);
    line = widthOf(longer) > room ? word : longer;
  }
  return [...lines, line];
}

/**
 * Puts a label before a text and breaks the text into lines. Further lines begin
 * below the first word of the text.
 */
export function wrapAfter(
  label: string,
  text: string,
  { columns }: { readonly columns: number },
): string {
  const indent = widthOf(label);
  const lines = wrap(text, columns - indent);
  return `${label}${lines.join(`\n${" ".repeat(indent)}`)}`;
}

function columnsOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
