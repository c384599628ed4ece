/**
 * HMAC-SHA-256 (RFC 2104) by the platform's Web Crypto.
 *
 * @module
 */

/** Computes a MAC. */
export type Hmac = (
  data: Uint8Array<ArrayBuffer>,
) => Promise<Uint8Array<ArrayBuffer>>;

/** Makes a function that computes MACs with a key. */
export function hmacSha256(key: Uint8Array<ArrayBuffer>): Hmac {
  const imported = crypto.subtle.importKey(
    "raw",
    key,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return async (data) =>
    new Uint8Array(await crypto.subtle.sign("HMAC", await imported, data));
}
