/**
 * What one connection must not tell: tokens, credentials in headers and the
 * values of a URL's query.
 *
 * @module
 */

import type { CloseInfo } from "../../rfc6455/close.ts";
import type { Failure } from "../../connection/failure.ts";
import { hideSecrets, redactText } from "../../identity/redact.ts";
import type { Setup } from "../../boundary/protocol.ts";

/** Shorter values are no secrets: hiding them would hide half of each text. */
const SHORTEST = 4;
/** A server may complain of a token that has been replaced meanwhile. */
const TOKENS_KEPT = 4;
const NONE: readonly string[] = [];
/** Headers that carry more than the secret itself. */
const CREDENTIALS = /auth|cookie|key|secret|token/i;

/** Collects secrets, and hides them. */
export class Secrets {
  readonly #fixed: readonly string[];
  #tokens: readonly string[] = NONE;
  #url: string;
  /** Made when somebody asks: without failures and logs nobody does. */
  #known: readonly string[] | undefined;

  /** Knows what a setup already tells. */
  constructor(
    { headers, token, url }: Pick<Setup, "headers" | "token" | "url">,
  ) {
    const { source } = token ?? {};
    this.#fixed = [
      ...Object.entries(headers).flatMap(secretsOfHeader),
      ...source?.kind === "static" ? [source.token] : [],
    ];
    this.#url = url ?? "";
  }

  /** All that is known, as it is. */
  get known(): readonly string[] {
    return this.#known ??= this.#collect();
  }

  /** Takes in a token; the last few stay known. */
  noteToken(token: string): void {
    if (this.#tokens.includes(token)) return;
    this.#tokens = [...this.#tokens, token].slice(-TOKENS_KEPT);
    this.#known = undefined;
  }

  /** Takes in the URL of the present attempt. */
  noteUrl(url: string): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#known = undefined;
  }

  /** Hides secrets in a text of whatever origin. */
  redact(text: string): string {
    return redactText(text, this.known);
  }

  /** Hides secrets in an ending whose text is otherwise the peer's own. */
  hideInInfo(info: CloseInfo): CloseInfo {
    return { ...info, reason: hideSecrets(info.reason, this.known) };
  }

  /** Hides secrets in all that a failure says. */
  hideInFailure(failure: Failure): Failure {
    return this.#hideIn(failure) as Failure;
  }

  #hideIn(value: unknown): unknown {
    if (typeof value === "string") return hideSecrets(value, this.known);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([name, member]) =>
      NAMES.has(name) ? [name, member] : [name, this.#hideIn(member)]
    );
    return Object.fromEntries(members);
  }

  #collect(): readonly string[] {
    return [...this.#fixed, ...this.#tokens, ...secretsOfUrl(this.#url)]
      .filter(({ length }) => length >= SHORTEST);
  }
}

/** Members whose values are words of ours. */
const NAMES: ReadonlySet<string> = new Set(["type", "kind", "name", "phase"]);

function secretsOfUrl(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return NONE;
  return [parsed.password, ...parsed.searchParams.values()];
}

function secretsOfHeader([name, value]: readonly [string, string]): string[] {
  if (!CREDENTIALS.test(name)) return [value];
  return [value, ...value.split(/[\s;,]+|(?<!=)=(?!=|$)/)];
}
