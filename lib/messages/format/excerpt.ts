/**
 * A short excerpt of a message that could not be decoded.
 *
 * @module
 */

/** Characters on each side of the fault. */
const REACH = 30;

/**
 * Cuts a few characters out of a text and quotes them, so that they stay on one
 * line of a log.
 *
 * @param text The text.
 * @param position Where the fault is, in UTF-16 code units.
 */
export function excerptOf(text: string, position = 0): string {
  const start = Math.max(0, position - REACH);
  const end = Math.min(text.length, position + REACH);
  const cut = text.slice(start, end);
  const before = start > 0 ? "…" : "";
  const after = end < text.length ? "…" : "";
  return before + quote(cut) + after;
}

/** `JSON.stringify` escapes C0 controls, quotes and lone surrogates (ECMA-262, 25.5.4). */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
