/**
 * Finds the secrets in what a connection is made with.
 *
 * @module
 */

/** Headers that carry more than the secret itself. */
const CREDENTIALS = /auth|cookie|key|secret|token/i;

/** Gives the value of a header, and the parts of one that has several. */
export function secretsOfHeader(
  [name, value]: readonly [string, string],
): readonly string[] {
  if (!CREDENTIALS.test(name)) return [value];
  return [value, ...value.split(/[\s;,]+|(?<!=)=(?!=|$)/)];
}

/**
 * Gives user name, password and the values of the query, as the URL writes them
 * and decoded, and the credentials as `Authorization` has them. It gives nothing
 * of a text that is no URL.
 */
export function secretsOfUrl(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  const { username, password, search, searchParams } = parsed;
  const written = [username, password, ...search.match(/(?<==)[^&]*/g) ?? []];
  return [
    ...written,
    ...written.map(percentDecode),
    ...searchParams.values(),
    username + password &&
    base64(percentDecode(`${username}:${password}`)),
  ];
}

/** Of the bytes of UTF-8. */
function base64(text: string): string {
  return btoa(unescape(encodeURIComponent(text)));
}

/** Leaves what is no percent-encoding as it is, as servers do. */
function percentDecode(text: string): string {
  const value = text.replace(/[+&]/g, encodeURIComponent);
  return new URLSearchParams(`=${value}`).get("")!;
}
