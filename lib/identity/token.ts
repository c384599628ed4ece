/**
 * Where a token is placed, and when a JWT expires.
 *
 * @module
 */

/** Where a token is placed. */
export type TokenPlacement =
  | { readonly kind: "query"; readonly name: string }
  | { readonly kind: "header"; readonly name: string; readonly scheme: string }
  | { readonly kind: "protocol"; readonly prefix: string }
  /** A first message; `{token}` in its text stands for the token. */
  | { readonly kind: "message"; readonly text: string }
  /** The first exchange of a session. */
  | { readonly kind: "session" };

/** The part of a transport's target that can carry a token. */
export interface TokenTarget {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A token that its place can carry, or why it cannot. */
export type CheckedToken =
  | { readonly kind: "usable"; readonly token: string }
  | { readonly kind: "unusable"; readonly detail: string };

/** No control characters. */
// deno-lint-ignore no-control-regex -- a token with a line break would inject a header
const NO_CONTROL = /^[^\u0000-\u001f\u007f]*$/;
/** What the stricter places can carry: RFC 9110, 5.5 and 5.6.2. */
const LIMITED: Partial<Record<TokenPlacement["kind"], RegExp>> = {
  header: /^[\t\x20-\x7e\x80-\xff]*$/,
  protocol: /^[\w!#$%&'*+.^`|~-]*$/,
};

/**
 * Checks whether a token can be sent. A line break at its end is removed: a
 * token that was read from a file often has one.
 *
 * @param token The value that the user or the provider gave.
 * @param placement Where the token is placed.
 */
export function checkToken(
  token: unknown,
  { kind }: TokenPlacement,
): CheckedToken {
  if (typeof token !== "string") {
    return { kind: "unusable", detail: `it is of type ${typeof token}` };
  }
  const trimmed = token.replace(/[\r\n]+$/, "");
  if (trimmed === "") return { kind: "unusable", detail: "it is empty" };
  const carries = LIMITED[kind] ?? NO_CONTROL;
  const name = kind === "protocol" ? "subprotocol" : kind;
  return carries.test(trimmed) && trimmed.isWellFormed()
    ? { kind: "usable", token: trimmed }
    : {
      kind: "unusable",
      detail: `a ${name} cannot carry all of its characters`,
    };
}

/** Adds a token to a target. A token in a first message, or in a session, does not change the target. */
export function placeToken<T extends TokenTarget>(
  target: T,
  token: string,
  placement: TokenPlacement,
): T {
  switch (placement.kind) {
    case "query":
      return { ...target, url: withQuery(target.url, placement.name, token) };
    case "header": {
      const value = placement.scheme === ""
        ? token
        : `${placement.scheme} ${token}`;
      return {
        ...target,
        headers: withHeader(target.headers, placement.name, value),
      };
    }
    case "protocol":
      return {
        ...target,
        protocols: [...target.protocols, placement.prefix + token],
      };
    case "message":
    case "session":
      return target;
  }
}

/** Replaces `{token}` in a JSON text by a token, escaped for a JSON string. */
export function fillToken(text: string, token: string): string {
  // A function, since `replaceAll` interprets "$&" in a string.
  return text.replaceAll("{token}", () => JSON.stringify(token).slice(1, -1));
}

/**
 * Reads when a JWT expires (RFC 7519, 4.1.4). For scheduling only: it does not
 * verify the token.
 *
 * @returns Milliseconds since the epoch; `Infinity` where the token is no JWT
 * or has no `exp`.
 */
export function expiryOf(token: string): number {
  const payload = token.split(".")[1];
  if (payload === undefined) return Infinity;
  try {
    const claims: unknown = JSON.parse(
      atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
    );
    return expClaim(claims);
  } catch {
    return Infinity;
  }
}

function expClaim(claims: unknown): number {
  if (typeof claims !== "object" || claims === null || !("exp" in claims)) {
    return Infinity;
  }
  const { exp } = claims;
  return typeof exp === "number" && Number.isFinite(exp)
    ? exp * 1_000
    : Infinity;
}

function withQuery(url: string, name: string, token: string): string {
  const target = new URL(url);
  if (target.searchParams.has(name)) target.searchParams.set(name, token);
  // The rest stays as it is: a rewritten query can break a signature.
  else target.search += `${target.search && "&"}${pair(name, token)}`;
  return target.href;
}

function pair(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

/** Replaces a header; names are case-insensitive (RFC 9110, 5.1). */
function withHeader(
  headers: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Record<string, string> {
  const others = Object.entries(headers).filter(([other]) =>
    other.toLowerCase() !== name.toLowerCase()
  );
  return { ...Object.fromEntries(others), [name]: value };
}
