/**
 * Calls the functions of the user that return a URL or a token, for the worker.
 *
 * @module
 */

import type { Answer } from "../../boundary/protocol.ts";
import { resolveUrl } from "./arguments.ts";
import type { Resolved } from "./resolve.ts";

/** What the worker can request. */
export type RequestedValue = "url" | "token";

/** Calls the functions, and keeps the latest URL, token and error. */
export class Providers {
  readonly #resolved: Resolved;
  #thrown: Map<string, unknown> | undefined;
  #token: string | undefined;
  #url: string;
  /** How often each was requested: an answer may come after its attempt was given up. */
  readonly #asked = { url: 0, token: 0 };

  /** Takes the functions, and the URL and secrets that are fixed. */
  constructor(resolved: Resolved) {
    this.#resolved = resolved;
    this.#url = resolved.setup.url ?? "";
  }

  /** The URL that was connected to last, without a token; empty before it is known. */
  get url(): string {
    return this.#url;
  }

  /** Notes the URL that an attempt used; a hook may have given it. */
  noteUrl(url: string | undefined): void {
    if (url) this.#url = url;
  }

  /** What no message may show. */
  get secrets(): readonly string[] {
    const { secrets } = this.#resolved;
    return this.#token === undefined ? secrets : [...secrets, this.#token];
  }

  /** What a function threw when it was called last. */
  thrown(name: string): unknown {
    return this.#thrown?.get(name);
  }

  /** Calls a function. Never rejects: the answer says that it threw, or returned nothing usable. */
  async answer(what: RequestedValue): Promise<Answer> {
    this.#thrown?.delete(what);
    this.#asked[what] += 1;
    const asked = this.#asked[what];
    try {
      return what === "url"
        ? { kind: "value", value: await this.#answerUrl(asked) }
        : await this.#answerToken();
    } catch (error) {
      this.#thrown ??= new Map();
      if (asked === this.#asked[what]) this.#thrown.set(what, error);
      return {
        kind: "failure",
        detail: error instanceof Error ? error.message : String(error),
      };
    }
  }

  async #answerUrl(asked: number): Promise<string> {
    const given = await this.#resolved.urlProvider?.();
    const url = resolveUrl(given ?? "");
    if (asked === this.#asked.url) this.#url = url;
    return url;
  }

  async #answerToken(): Promise<Answer> {
    const token: unknown = await this.#resolved.tokenProvider?.();
    if (typeof token !== "string") {
      const detail = `A token must be a string, not of type ${typeof token}`;
      return { kind: "unusable", detail };
    }
    // As it is sent: a line break at its end is left out.
    this.#token = token.replace(/[\r\n]+$/, "");
    return { kind: "value", value: token };
  }
}
