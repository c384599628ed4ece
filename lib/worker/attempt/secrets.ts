/**
 * What people must not read: tokens, credentials in headers and the values of a
 * URL's query.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { secretsOfHeader, secretsOfUrl } from "../../identity/known_secrets.ts";
import { hideSecrets } from "../../identity/hide.ts";
import type { Setup } from "../../boundary/protocol.ts";

/** A server may complain of a token that has been replaced meanwhile. */
const TOKENS_KEPT = 4;

/** What failures may have for people; a close has its reason. */
interface Texts {
  readonly type: Failure["type"];
  readonly detail?: string | undefined;
  readonly reason?: string;
  readonly cause?: Failure | undefined;
}

/** Collects the secrets of one connection, and hides them in texts for people. */
export class Secrets {
  /** Hides the secrets of a text; with the features, also what looks like one. */
  redactor: (text: string, secrets: readonly string[]) => string = hideSecrets;
  readonly #headers: Setup["headers"];
  #tokens: readonly string[] = [];
  #url: string;

  /** Takes the secrets of a setup; its token is noted when it is used. */
  constructor({ headers, url = "" }: Pick<Setup, "headers" | "url">) {
    this.#headers = headers;
    this.#url = url;
  }

  /** All that is known, as it is. */
  get known(): readonly string[] {
    return [
      ...Object.entries(this.#headers).flatMap(secretsOfHeader),
      ...this.#tokens,
      ...secretsOfUrl(this.#url),
    ];
  }

  /** Takes in a token; the last few stay known. */
  noteToken(token: string): void {
    if (this.#tokens.includes(token)) return;
    this.#tokens = [...this.#tokens, token].slice(-TOKENS_KEPT);
  }

  /** Takes in the URL of the present attempt. */
  noteUrl(url: string): void {
    this.#url = url;
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
    const { cause, detail, reason = detail }: Texts = failure;
    // Each keeps its own type, which the compiler cannot follow.
    return {
      ...failure,
      ...reason !== undefined && { detail: hideSecrets(reason, this.known) },
      ...cause && { cause: this.hideInFailure(cause) },
    } as Failure;
  }
}
