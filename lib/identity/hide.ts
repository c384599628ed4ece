/**
 * Hides secrets that are known. Apart from `redact.ts`, which a worker needs only
 * for a log or a greeting.
 *
 * @module
 */

/** The text in place of a secret. */
export const REDACTED = "…";

/** Replaces the given secrets and nothing else, also as URLs and JSON write them. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.flatMap(formsOf)
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

function formsOf(secret: string): readonly string[] {
  // A lone surrogate has no percent-encoded form.
  const encoded = encodeURIComponent(secret.toWellFormed());
  return [secret, encoded, JSON.stringify(secret).slice(1, -1)];
}
