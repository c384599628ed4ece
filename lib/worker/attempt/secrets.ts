/**
 * What people must not read: tokens, credentials in headers and the values of a
 * URL's query.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { hideSecrets } from "../../identity/hide.ts";
import type { Setup } from "../../boundary/protocol.ts";

/** Shorter values are no secrets: hiding them would hide half of each text. */
const SHORTEST = 4;
/** A server may complain of a token that has been replaced meanwhile. */
const TOKENS_KEPT = 4;
const NONE: readonly string[] = [];
/** Headers that carry more than the secret itself. */
const CREDENTIALS = /auth|cookie|key|secret|token/i;

/** Collects the secrets of one connection, and hides them in texts for people. */
export class Secrets {
  /** Hides the secrets of a text; with the features, also what looks like one. */
  redactor: (text: string, secrets: readonly string[]) => string = hideSecrets;
  readonly #fixed: readonly string[];
  #tokens: readonly string[] = NONE;
  #url: string;
  /** Made when something is redacted, which without failures and logs never happens. */
  #known: readonly string[] | undefined;

  /** Takes the secrets of a setup. */
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

  /** Hides secrets in a text of any origin: of a log record, or of a server. */
  redact(text: string): string {
    return this.redactor(text, this.known);
  }

  /**
   * Hides secrets in the details of a failure, which become messages of errors.
   * What programs read stays as it is: the reason of a close, headers.
   */
  hideInFailure(failure: Failure): Failure {
    if (failure.type === "closed") {
      return { ...failure, detail: this.#hide(failure.reason) };
    }
    const detail = "detail" in failure && this.#hide(failure.detail);
    const cause = "cause" in failure && failure.cause &&
      this.hideInFailure(failure.cause);
    // Each keeps its own type, which the compiler cannot follow.
    return {
      ...failure,
      ...detail !== false && { detail },
      ...cause && { cause },
    } as Failure;
  }

  #hide(text: string): string {
    return hideSecrets(text, this.known);
  }

  #collect(): readonly string[] {
    return [...this.#fixed, ...this.#tokens, ...secretsOfUrl(this.#url)]
      .filter(({ length }) => length >= SHORTEST);
  }
}

function secretsOfUrl(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return NONE;
  return [parsed.password, ...parsed.searchParams.values()];
}

function secretsOfHeader([name, value]: readonly [string, string]): string[] {
  if (!CREDENTIALS.test(name)) return [value];
  return [value, ...value.split(/[\s;,]+|(?<!=)=(?!=|$)/)];
}
