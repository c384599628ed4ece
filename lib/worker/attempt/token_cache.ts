/**
 * The token of one connection, kept until it expires or is refused.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import type { Clock } from "../../platform/clock.ts";
import {
  checkToken,
  expiryOf,
  type TokenPlacement,
} from "../../identity/token.ts";
import type { TokenSetup } from "../../boundary/protocol.ts";
import { ResolveError } from "./failures.ts";
import type { AttemptContext } from "./hooks.ts";

/** Asks the client or a hook for a new token. */
export type FetchToken = (context: AttemptContext) => Promise<unknown>;

interface CachedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly freshUntil: number;
  /** When to replace it while it is in use, in milliseconds since the epoch. */
  readonly renewAt: number;
}

/** A leeway takes at most this part of a token's life. */
const LARGEST_LEEWAY = 1 / 4;

/** Keeps one token. */
export class TokenCache {
  readonly #setup: TokenSetup;
  readonly #fetch: FetchToken;
  readonly #clock: Pick<Clock, "wallNow">;
  #cached: CachedToken | undefined;

  /** Makes an empty cache. */
  constructor(
    setup: TokenSetup,
    options: {
      readonly fetch: FetchToken;
      readonly clock: Pick<Clock, "wallNow">;
    },
  ) {
    this.#setup = setup;
    this.#fetch = options.fetch;
    this.#clock = options.clock;
  }

  /** When a token in use should be renewed, in milliseconds since the epoch. */
  get renewAt(): number {
    if (this.#setup.renewal === undefined) return Infinity;
    return this.#cached?.renewAt ?? Infinity;
  }

  /** The token that is kept, or, if it is about to expire, a new one. */
  async token(context: AttemptContext): Promise<string> {
    const { source, placement } = this.#setup;
    if (source.kind === "static") return usable(source.token, placement);
    const kept = this.#cached;
    if (kept !== undefined && this.#clock.wallNow() < kept.freshUntil) {
      return kept.token;
    }
    const token = usable(await this.#fetch(context), placement);
    // A late token may be older than one that was requested since.
    if (!context.signal.aborted) this.#cache(token);
    return token;
  }

  /** Forgets the token: it was refused. */
  invalidate(): void {
    this.#cached = undefined;
  }

  #cache(token: string): void {
    const now = this.#clock.wallNow();
    const freshUntil = freshness(expiryOf(token), now, this.#setup.leeway);
    // A new token that seems to have expired means that a clock is wrong.
    const renewAt = freshUntil > now ? freshUntil : Infinity;
    this.#cached = { token, freshUntil, renewAt };
  }
}

/** Until when a token counts as fresh: `leeway` before it expires, or a part of its life. */
function freshness(expiresAt: number, now: number, leeway: number): number {
  if (expiresAt === Infinity) return Infinity;
  return expiresAt - Math.min(leeway, (expiresAt - now) * LARGEST_LEEWAY);
}

/** Refuses a token that can never be sent: another request would not help. */
function usable(given: unknown, placement: TokenPlacement): string {
  const checked = checkToken(given, placement);
  if (checked.kind === "usable") return checked.token;
  const detail = `The token cannot be sent: ${checked.detail}`;
  const name: ProviderName = "token";
  throw new ResolveError({ type: "provider", name, detail, retryable: false });
}
