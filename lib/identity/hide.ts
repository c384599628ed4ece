/**
 * Hides secrets that are known. Apart from `redact.ts`, which a worker needs only
 * for a log or a greeting.
 *
 * @module
 */

/** The text in place of a secret. */
export const REDACTED = "…";

/** Shorter values are no secrets: hiding them would hide half of each text. */
const SHORTEST = 4;

/**
 * Replaces the given secrets and nothing else, also as URLs and JSON write them;
 * where a text was cut before `…`, also the start of one.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(({ length }) => length >= SHORTEST)
    .flatMap(formsOf)
    .sort((a, b) => b.length - a.length);
  return forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text)
    .split(REDACTED)
    .map((piece, index, { length }) =>
      index + 1 < length ? withoutStart(piece, forms) : piece
    )
    .join(REDACTED);
}

/** Removes the start of a secret from the end of a text. */
function withoutStart(text: string, forms: readonly string[]): string {
  for (let at = 0; at <= text.length - SHORTEST; at += 1) {
    const end = text.slice(at);
    if (forms.some((form) => form.startsWith(end))) return text.slice(0, at);
  }
  return text;
}

function formsOf(secret: string): readonly string[] {
  // A lone surrogate has no percent-encoded form.
  const encoded = encodeURIComponent(secret.toWellFormed());
  return [secret, encoded, JSON.stringify(secret).slice(1, -1)];
}
