/**
 * The beginning of a refusal's body, for people.
 *
 * @module
 */

/** The longest excerpt, in characters. */
const MAX_LENGTH = 200;
/** What is decoded of a body: pages begin with much that nobody reads. */
const MAX_BYTES = 16 * 1024;
/** Elements without text for people, and all other tags, the last one cut. */
const MARKUP = /<(script|style)\b[\s\S]*?<\/\1>|<[a-z/!][^>]*(?:>|$)/gi;

/**
 * Makes one line of a body: without tags, and cut short.
 *
 * @returns An empty string for a body that is no text.
 */
export function excerpt(body: Uint8Array): string {
  const text = decode(body.subarray(0, MAX_BYTES)).replace(MARKUP, " ")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  const isWhole = text.length <= MAX_LENGTH && body.length <= MAX_BYTES;
  // `hideSecrets()` finds the start of a secret before the mark.
  return isWhole || text === ""
    ? text
    : `${text.slice(0, MAX_LENGTH).toWellFormed()}…`;
}

/** A character that is cut at the end of the bytes is left out. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true })
      .decode(bytes, { stream: true });
  } catch {
    return "";
  }
}
