/**
 * What a hooks module may export: code of the user's that runs in the worker,
 * so that it works while the main thread is blocked.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";

/** The attempt that a hook is called for. */
export interface AttemptContext {
  /** The attempt, from 1. */
  readonly attempt: number;
  /** Aborted when the attempt is over or no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * The exchange before `open`: what `greeting()` sends and receives with.
 *
 * @example An answer to the server's challenge, tested without a server
 * ```ts
 * import type { GreetingSession } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * export async function greeting(session: GreetingSession): Promise<void> {
 *   const challenge = await session.receive();
 *   session.send(`${challenge} ${session.token}`);
 * }
 * const sent: unknown[] = [];
 * await greeting({
 *   attempt: 1,
 *   signal: new AbortController().signal,
 *   token: "secret",
 *   receive: () => Promise.resolve("nonce"),
 *   send: (data) => sent.push(data),
 * });
 * assertEquals(sent, ["nonce secret"]);
 * ```
 */
export interface GreetingSession extends AttemptContext {
  /** The token of this attempt, where one is configured. */
  readonly token: string | undefined;
  /** Sends a message ahead of everything that is queued. */
  send(data: string | ArrayBuffer): void;
  /** The next message; it does not reach the application. Rejects when the attempt is over. */
  receive(): Promise<string | ArrayBuffer>;
}

/**
 * How a connection or an attempt ended, for `classify()`.
 *
 * @example Giving up where the server says so
 * ```ts
 * import { type Ending } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * export function classify({ reason, status }: Ending): "fatal" | undefined {
 *   return status === 410 || reason === "game over" ? "fatal" : undefined;
 * }
 * assertEquals(classify({ closeCode: 1000, reason: "game over" }), "fatal");
 * assertEquals(classify({ closeCode: 1006, reason: "" }), undefined);
 * ```
 */
export interface Ending {
  /** The close code; 1006 where no close frame was received. */
  readonly closeCode: number;
  /** The reason that came with it. */
  readonly reason: string;
  /** The HTTP status of a refused handshake. */
  readonly status?: number;
}

/**
 * What a hooks module may export. It is imported in the worker from the URL in
 * the option `hooks`; each export is optional.
 *
 * @example A greeting that waits for the server's answer
 * ```ts
 * import type { Hooks } from "@holdfast/websocket";
 *
 * export const greeting: Hooks["greeting"] = async (session) => {
 *   session.send(JSON.stringify({ type: "login", token: session.token }));
 *   const answer = await session.receive();
 *   if (answer !== "welcome") throw new Error("The server did not welcome us");
 * };
 * ```
 */
export interface Hooks {
  /** Where to connect; asked before each attempt, instead of what the constructor was given. */
  readonly url?: (
    context: AttemptContext,
  ) => string | URL | Promise<string | URL>;
  /** A token; asked when there is none, it expired, or it was refused. */
  readonly token?: (context: AttemptContext) => string | Promise<string>;
  /**
   * What is exchanged before `open`; a rejection is a failed attempt. An error
   * named `AuthenticationError` says that the token was refused.
   */
  readonly greeting?: (session: GreetingSession) => void | Promise<void>;
  /** The next application-level ping. */
  readonly ping?: () => string | ArrayBuffer;
  /** Whether a message answers the latest ping. */
  readonly isPong?: (data: string | ArrayBuffer) => boolean;
  /** Whether to try again; `undefined` leaves it to `fatalCloseCodes`. */
  readonly classify?: (ending: Ending) => "retry" | "fatal" | undefined;
}

/** A hook failed; `hook` says which. */
export class HookError extends Error {
  override readonly name = "HookError";
  /** The export that failed; `"hooks"` when the module could not be loaded. */
  readonly hook: ProviderName;
  /** Whether it may work when it is tried again. */
  readonly retryable: boolean;

  /** Makes an error that names the hook. */
  constructor(
    hook: ProviderName,
    cause: unknown,
    { retryable }: Pick<HookError, "retryable"> = { retryable: true },
  ) {
    super(describeError(cause), { cause });
    this.hook = hook;
    this.retryable = retryable;
  }
}

/** Name and message of an error; any other value as text. */
export function describeError(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
}
