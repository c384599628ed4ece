/**
 * Finds out, for one attempt, where to connect, with which token, and by which
 * transport.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import { parseTarget } from "../../rfc6455/url.ts";
import type { Answer, Setup } from "../../boundary/protocol.ts";
import type { Equipment } from "./equipment.ts";
import { ResolveError } from "./failures.ts";
import type { AttemptContext } from "./hooks.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Resolution } from "./resolution.ts";
import type { Secrets } from "./secrets.ts";
import type { Target, TransportKind } from "../../transport/transport.ts";

/** Where transports come from. */
export type LoadTransport = (
  name: Setup["transport"],
) => Promise<TransportKind>;

/** What is loaded for setups that need it. */
export type AttemptFeatures = Pick<
  typeof import("./attempt_features.ts"),
  "equip"
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
    return this.#equipment?.renewAt ?? Infinity;
  }

  /** Forgets the token: it was refused. */
  invalidate(): void {
    this.#equipment?.invalidate();
  }

  /** Finds out all that an attempt needs. Throws a `ResolveError` or a `HookError`. */
  async resolve(context: AttemptContext): Promise<Resolution> {
    const [kind, equipment] = await Promise.all([
      this.#parts.loadTransport(this.#setup.transport),
      this.#equip(),
    ]);
    const { protocols, headers, network } = this.#setup;
    const url = await this.#url(context);
    this.#parts.secrets.noteUrl(url);
    const target: Target = {
      url,
      protocols,
      headers,
      ...network && { network },
    };
    const none = { hooks: {}, token: undefined, placement: undefined };
    const found = { kind, url, target, ...none };
    return equipment === undefined
      ? found
      : await equipment.complete(found, context);
  }

  /** The cached token, or a new one if that is about to expire. */
  async token(context: AttemptContext): Promise<string> {
    // Called only where the setup has a token.
    const equipment = await this.#equip() as Equipment;
    return await equipment.token(context);
  }

  /** Loads what the setup asks for, once; a hooks module that fails, each time. */
  async #equip(): Promise<Equipment | undefined> {
    if (this.#equipment !== undefined) return this.#equipment;
    const features = await this.#parts.loadFeatures();
    const equipment = await features?.equip({
      ...this.#parts,
      setup: this.#setup,
      requestToken: (context) => this.#request("token", context),
    });
    return this.#equipment ??= equipment;
  }

  async #url(context: AttemptContext): Promise<string> {
    const asked = await this.#equipment?.url(context);
    if (asked === undefined && this.#setup.url !== undefined) {
      return this.#setup.url;
    }
    const parsed = parseTarget(asked ?? await this.#request("url", context));
    if (parsed.kind === "valid") return parsed.url;
    throw unusable("url", `The URL it gave ${parsed.detail}`);
  }

  async #request(
    what: "url" | "token",
    { signal }: AttemptContext,
  ): Promise<string> {
    return fromAnswer(what, await this.#parts.requests.request(what, signal));
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
