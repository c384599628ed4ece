/**
 * Finds out, for one attempt, where to connect, with which token, and by which
 * transport.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import { isInsecure, parseTarget } from "../../rfc6455/url.ts";
import { placeToken, type TokenPlacement } from "../../identity/token.ts";
import type { Answer, Setup } from "../../boundary/protocol.ts";
import { ResolveError } from "./failures.ts";
import {
  type AttemptContext,
  callHook,
  type Hooks,
  loadHooks,
  requireHook,
} from "./hooks.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Secrets } from "./secrets.ts";
import { TokenCache } from "./token_cache.ts";
import type { Target, TransportKind } from "../../transport/transport.ts";

/** What an attempt found out. */
export interface Resolution {
  readonly kind: TransportKind;
  readonly hooks: Hooks;
  /** Where to connect, without a token. */
  readonly url: string;
  /** The same with the token in its place. */
  readonly target: Target;
  readonly token: string | undefined;
  readonly placement: TokenPlacement | undefined;
}

/** Where transports come from. */
export type LoadTransport = (
  name: Setup["transport"],
) => Promise<TransportKind>;

/** What a resolver works with. */
export interface ResolverParts {
  readonly loadTransport: LoadTransport;
  readonly secrets: Secrets;
  readonly requests: RequestAnswer;
  readonly clock: Pick<Clock, "wallNow">;
}

/** Asks the main thread. */
export interface RequestAnswer {
  /** Rejects with the signal's reason when it aborts. */
  request(what: "url" | "token", signal: AbortSignal): Promise<Answer>;
}

/** Resolves the attempts of one connection, and keeps its token. */
export class Resolver {
  readonly #setup: Setup;
  readonly #loadTransport: LoadTransport;
  readonly #secrets: Secrets;
  readonly #requests: RequestAnswer;
  readonly #tokens: TokenCache | undefined;
  #hooks: Hooks = {};

  /** Makes a resolver without a token. */
  constructor(setup: Setup, parts: ResolverParts) {
    this.#setup = setup;
    this.#loadTransport = parts.loadTransport;
    this.#secrets = parts.secrets;
    this.#requests = parts.requests;
    const { token } = setup;
    this.#tokens = token && new TokenCache(token, {
      fetch: (context) => this.#fetchToken(context),
      clock: parts.clock,
    });
  }

  /** When the token should be renewed, in milliseconds since the epoch. */
  get renewAt(): number {
    return this.#tokens?.renewAt ?? Infinity;
  }

  /** Forgets the token: it was refused. */
  invalidate(): void {
    this.#tokens?.invalidate();
  }

  /** Finds out everything. Throws a `ResolveError` or a `HookError`. */
  async resolve(context: AttemptContext): Promise<Resolution> {
    const [kind, hooks] = await Promise.all([
      this.#loadTransport(this.#setup.transport),
      loadHooks(this.#setup.hooks),
    ]);
    this.#hooks = hooks;
    const { protocols, headers, token: setup } = this.#setup;
    const url = await this.#url(context);
    this.#secrets.noteUrl(url);
    const target: Target = { url, protocols, headers };
    const found = { kind, hooks, url, target };
    if (setup === undefined) {
      return { ...found, token: undefined, placement: undefined };
    }
    if (setup.insecure === "loopback" && isInsecure(url)) throw insecure();
    const token = await this.token(context);
    const { placement } = setup;
    const placed = placeToken(target, token, placement);
    return { ...found, target: placed, token, placement };
  }

  /** The token, a new one if the one that is kept is about to expire. */
  async token(context: AttemptContext): Promise<string> {
    // Nobody asks where there is no setup for one.
    const token = await (this.#tokens as TokenCache).token(context);
    this.#secrets.noteToken(token);
    return token;
  }

  async #url(context: AttemptContext): Promise<string> {
    const { url } = this.#setup;
    const hook = this.#hooks.url;
    if (hook === undefined && url !== undefined) return url;
    const asked = hook === undefined
      ? fromAnswer("url", await this.#requests.request("url", context.signal))
      : String(await callHook("url", () => hook(context)));
    const parsed = parseTarget(asked);
    if (parsed.kind === "valid") return parsed.url;
    throw unusable("url", `The URL it gave ${parsed.detail}`);
  }

  async #fetchToken(context: AttemptContext): Promise<unknown> {
    if (this.#setup.token?.source.kind === "hook") {
      const hook = requireHook(this.#hooks, "token");
      return await callHook("token", () => hook(context));
    }
    const answer = await this.#requests.request("token", context.signal);
    return fromAnswer("token", answer);
  }
}

function fromAnswer(name: "url" | "token", answer: Answer): string {
  if (answer.kind === "value") return answer.value;
  const { detail } = answer;
  throw answer.kind === "unusable"
    ? new ResolveError({ type: "provider", name, detail, retryable: false })
    : unusable(name, detail);
}

function unusable(name: ProviderName, detail: string): ResolveError {
  return new ResolveError({ type: "provider", name, detail });
}

function insecure(): ResolveError {
  const detail =
    "Cannot send a token over ws: to another machine: use wss:, or allowInsecure";
  return new ResolveError({ type: "invalid", detail });
}
