/**
 * Finds out, for one attempt, where to connect, with which token, and by which
 * transport.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import { isInsecure, parseTarget } from "../../rfc6455/url.ts";
import type { TokenPlacement } from "../../identity/token.ts";
import type { Answer, Setup } from "../../boundary/protocol.ts";
import { ResolveError } from "./failures.ts";
import type { AttemptContext, Hooks } from "./hooks.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Secrets } from "./secrets.ts";
import type { TokenCache } from "./token_cache.ts";
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

/** What is loaded for setups that need it. */
export type AttemptFeatures = Pick<
  typeof import("./features.ts"),
  "callHook" | "loadHooks" | "placeToken" | "requireHook" | "TokenCache"
>;

/** What a resolver works with. */
export interface ResolverParts {
  readonly loadTransport: LoadTransport;
  /** Gives `undefined` for a setup that needs no features. */
  readonly loadFeatures: () => Promise<AttemptFeatures | undefined>;
  readonly secrets: Secrets;
  readonly requests: RequestAnswer;
  readonly clock: Pick<Clock, "wallNow">;
}

/** Asks the main thread. */
export interface RequestAnswer {
  /** Rejects with the signal's reason when it aborts. */
  request(what: "url" | "token", signal: AbortSignal): Promise<Answer>;
}

/** What the features make of a setup. */
interface Equipment {
  readonly features: AttemptFeatures;
  readonly hooks: Hooks;
  /** `undefined`: the setup has no token. */
  readonly tokens: TokenCache | undefined;
}

/** Resolves the attempts of one connection, and keeps its token. */
export class Resolver {
  readonly #setup: Setup;
  readonly #parts: ResolverParts;
  #equipment: Equipment | undefined;

  /** Makes a resolver without a token. */
  constructor(setup: Setup, parts: ResolverParts) {
    this.#setup = setup;
    this.#parts = parts;
  }

  /** When the token should be renewed, in milliseconds since the epoch. */
  get renewAt(): number {
    return this.#equipment?.tokens?.renewAt ?? Infinity;
  }

  /** Forgets the token: it was refused. */
  invalidate(): void {
    this.#equipment?.tokens?.invalidate();
  }

  /** Finds out all that an attempt needs. Throws a `ResolveError` or a `HookError`. */
  async resolve(context: AttemptContext): Promise<Resolution> {
    const [kind, equipment] = await Promise.all([
      this.#parts.loadTransport(this.#setup.transport),
      this.#equip(),
    ]);
    const { protocols, headers, network, token: setup } = this.#setup;
    const url = await this.#url(context);
    this.#parts.secrets.noteUrl(url);
    const target: Target = {
      url,
      protocols,
      headers,
      ...network && { network },
    };
    const found = { kind, hooks: equipment?.hooks ?? {}, url, target };
    if (setup === undefined || equipment === undefined) {
      return { ...found, token: undefined, placement: undefined };
    }
    if (setup.insecure === "loopback" && isInsecure(url)) throw insecure();
    const token = await this.token(context);
    const { placement } = setup;
    const placed = equipment.features.placeToken(target, token, placement);
    return { ...found, target: placed, token, placement };
  }

  /** The cached token, or a new one if that is about to expire. */
  async token(context: AttemptContext): Promise<string> {
    // Called only where the setup has a token.
    const { tokens } = await this.#equip() as Equipment;
    const token = await (tokens as TokenCache).token(context);
    this.#parts.secrets.noteToken(token);
    return token;
  }

  /** Loads what the setup asks for, once; a hooks module that fails, each time. */
  async #equip(): Promise<Equipment | undefined> {
    if (this.#equipment !== undefined) return this.#equipment;
    const features = await this.#parts.loadFeatures();
    if (features === undefined) return undefined;
    const hooks = await features.loadHooks(this.#setup);
    const { token } = this.#setup;
    const tokens = token && new features.TokenCache(token, {
      fetch: (context) => this.#fetchToken(context),
      clock: this.#parts.clock,
    });
    return this.#equipment ??= { features, hooks, tokens };
  }

  async #url(context: AttemptContext): Promise<string> {
    const { url } = this.#setup;
    const { features, hooks } = this.#equipment ?? {};
    const hook = hooks?.url;
    if (hook === undefined && url !== undefined) return url;
    const asked = hook === undefined || features === undefined
      ? fromAnswer("url", await this.#ask("url", context))
      : String(await features.callHook("url", () => hook(context)));
    const parsed = parseTarget(asked);
    if (parsed.kind === "valid") return parsed.url;
    throw unusable("url", `The URL it gave ${parsed.detail}`);
  }

  async #fetchToken(context: AttemptContext): Promise<unknown> {
    const { features, hooks } = this.#equipment as Equipment;
    if (this.#setup.token?.source.kind === "hook") {
      const hook = features.requireHook(hooks, "token");
      return await features.callHook("token", () => hook(context));
    }
    return fromAnswer("token", await this.#ask("token", context));
  }

  #ask(what: "url" | "token", { signal }: AttemptContext): Promise<Answer> {
    return this.#parts.requests.request(what, signal);
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
