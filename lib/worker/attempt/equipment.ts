/**
 * Hooks and the token of one connection, loaded with the features.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import { placeToken } from "../../identity/token.ts";
import type { Clock } from "../../platform/clock.ts";
import { isInsecure } from "../../rfc6455/insecure_url.ts";
import { ResolveError } from "./failures.ts";
import { callHook, requireHook } from "./hook_calls.ts";
import type { AttemptContext, Hooks } from "./hooks.ts";
import { loadHooks } from "./load_hooks.ts";
import type { Resolution } from "./resolution.ts";
import type { Secrets } from "./secrets.ts";
import { TokenCache } from "./token_cache.ts";

/** What equipment is made of. */
export interface EquipmentParts {
  readonly setup: Setup;
  readonly secrets: Pick<Secrets, "noteToken">;
  readonly clock: Pick<Clock, "wallNow">;
  /** Asks the main thread for a token. */
  readonly requestToken: (context: AttemptContext) => Promise<string>;
}

/**
 * Loads the hooks of a setup.
 *
 * @throws {HookError} They cannot be loaded, or can never work.
 */
export async function equip(parts: EquipmentParts): Promise<Equipment> {
  const { source } = parts.setup.token ?? {};
  // What loading the hooks says may contain it.
  if (source?.kind === "static") parts.secrets.noteToken(source.token);
  return new Equipment(await loadHooks(parts.setup), parts);
}

/** What the features make of a setup. */
export class Equipment {
  /** What the hooks module exports. */
  readonly hooks: Hooks;
  readonly #parts: EquipmentParts;
  /** `undefined`: the setup has no token. */
  readonly #tokens: TokenCache | undefined;

  /** Starts without a token. */
  constructor(hooks: Hooks, parts: EquipmentParts) {
    const { setup: { token }, clock } = parts;
    this.hooks = hooks;
    this.#parts = parts;
    this.#tokens = token &&
      new TokenCache(token, {
        fetch: (context) => this.#fetch(context),
        clock,
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

  /** The URL that a hook gives, where there is such a hook. */
  async url(context: AttemptContext): Promise<string | undefined> {
    const { url } = this.hooks;
    return url && String(await callHook("url", () => url(context)));
  }

  /** The cached token, or a new one if that is about to expire. */
  async token(context: AttemptContext): Promise<string> {
    // Called only where the setup has a token.
    const token = await (this.#tokens as TokenCache).token(context);
    this.#parts.secrets.noteToken(token);
    return token;
  }

  /** Adds the hooks and, in its place, the token. */
  async complete(
    found: Resolution,
    context: AttemptContext,
  ): Promise<Resolution> {
    const resolution = { ...found, hooks: this.hooks };
    const { token: setup } = this.#parts.setup;
    if (setup === undefined) return resolution;
    if (setup.insecure === "loopback" && isInsecure(found.url)) {
      throw insecure();
    }
    const token = await this.token(context);
    const { placement } = setup;
    const target = placeToken(found.target, token, placement);
    return { ...resolution, target, token, placement };
  }

  async #fetch(context: AttemptContext): Promise<unknown> {
    const { setup, requestToken } = this.#parts;
    if (setup.token?.source.kind !== "hook") return await requestToken(context);
    const hook = requireHook(this.hooks, "token");
    return await callHook("token", () => hook(context));
  }
}

function insecure(): ResolveError {
  const detail =
    "Cannot send a token over ws: to another machine: use wss:, or allowInsecure";
  return new ResolveError({ type: "invalid", detail });
}
