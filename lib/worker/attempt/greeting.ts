/**
 * The exchange before `open`: as data, or by the hook `greeting()`.
 *
 * @module
 */

import type { GreetingConfig } from "../../connection/config/config.ts";
import type { InboxConfig } from "../../queue/inbox.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import { Inbox, type PushResult } from "../../queue/inbox.ts";
import { matches } from "../../connection/config/pattern.ts";
import { fillToken } from "../../identity/token.ts";
import { callHook, messageOf, requireHook } from "./hook_calls.ts";
import type { AttemptContext, GreetingSession } from "./hooks.ts";
import type { Resolution } from "./resolution.ts";

/** What one attempt gives to its greeting. */
export interface GreetingContext {
  readonly attempt: AttemptContext;
  readonly resolution: Pick<Resolution, "token" | "placement" | "hooks">;
  readonly send: (data: Data) => void;
  /** Reads again, if a pause has ended: there may be room now. */
  readonly resume: () => void;
}

/** What a message means to the greeting. */
export type GreetingResult =
  /** It waits for `open`, as far as the bound of the inbox allows. */
  | { readonly kind: "held"; readonly result: PushResult }
  /** The hook gets it. */
  | { readonly kind: "received" }
  /** It is the answer that the greeting waits for. */
  | { readonly kind: "greeted" }
  | { readonly kind: "rejected"; readonly failure: Failure };

/** How much of an answer the error shows, in characters. */
const EXCERPT = 100;
/** Longer texts are not shown: they would have to be searched for secrets. */
const LONGEST_SHOWN = 1 << 16;

const NOTHING = { count: 0, bytes: 0 };

/** Holds the exchange before `open`, one attempt at a time. */
export class Greeting {
  readonly #config: GreetingConfig | undefined;
  readonly #bounds: InboxConfig;
  /** Made with the first message before `open` that has to wait. */
  #held: Inbox<Data> | undefined;
  readonly #redact: (text: string) => string;
  /** The hook's calls of `receive()` that wait, oldest first. */
  #receivers: PromiseWithResolvers<Data>[] | undefined;

  /** Makes a greeting; without a config it only sends a token. */
  constructor(
    config: GreetingConfig | undefined,
    options: {
      /** The bounds of the messages that are held. */
      readonly bounds: InboxConfig;
      /** Hides secrets in what the server said. */
      readonly redact: (text: string) => string;
    },
  ) {
    this.#config = config;
    this.#bounds = options.bounds;
    this.#redact = options.redact;
  }

  /** Whether a paused transport may read again. */
  get hasRoom(): boolean {
    return this.#held?.hasRoom !== false;
  }

  /** The size of what is held, for error messages. */
  get size(): { readonly messages: number; readonly bytes: number } {
    const { length = 0, bytes = 0 } = this.#held ?? {};
    return { messages: length, bytes };
  }

  /**
   * Sends the token and the greeting.
   *
   * @returns Settles with the hook; `undefined` where there is none.
   */
  begin(context: GreetingContext): Promise<void> | undefined {
    const { resolution: { token, placement, hooks }, send } = context;
    if (token !== undefined && placement?.kind === "message") {
      send(fillToken(placement.text, token));
    }
    if (this.#config?.send !== undefined) send(this.#config.send);
    if (this.#config?.hook !== true) return undefined;
    const session = this.#session(context);
    return callHook("greeting", () => requireHook(hooks, "greeting")(session));
  }

  /** Takes a message that came before `open`. */
  receive(data: Data, bytes: number): GreetingResult {
    if (this.#config?.hook === true) return this.#receiveForHook(data, bytes);
    const { reject = [], expect } = this.#config ?? {};
    if (reject.some((pattern) => matches(pattern, data))) {
      const detail = `The server answered ${this.#excerpt(data)}`;
      return { kind: "rejected", failure: { type: "authentication", detail } };
    }
    if (expect !== undefined && matches(expect, data)) {
      return { kind: "greeted" };
    }
    return this.#hold(data, bytes);
  }

  /** Takes the next message that came before `open` and is for the application. */
  takeHeld(): Data | undefined {
    return this.#held?.take(1, Infinity)?.messages[0];
  }

  /** Drops what is held, since there will be no `open`. */
  drop(): { readonly count: number; readonly bytes: number } {
    return this.#held?.clear() ?? NOTHING;
  }

  #hold(data: Data, bytes: number): GreetingResult {
    this.#held ??= new Inbox(this.#bounds);
    return { kind: "held", result: this.#held.push(data, bytes) };
  }

  #receiveForHook(data: Data, bytes: number): GreetingResult {
    const receiver = this.#receivers?.shift();
    if (receiver === undefined) return this.#hold(data, bytes);
    receiver.resolve(data);
    return { kind: "received" };
  }

  #session(context: GreetingContext): GreetingSession {
    const { attempt: { attempt, signal }, resolution, send } = context;
    const receivers: PromiseWithResolvers<Data>[] = [];
    this.#receivers = receivers;
    signal.addEventListener("abort", () => {
      for (const { reject } of receivers.splice(0)) reject(signal.reason);
    }, { once: true });
    return {
      attempt,
      signal,
      token: resolution.token,
      send: (data) => send(messageOf(data)),
      receive: () => this.#next(receivers, context),
    };
  }

  #next(
    receivers: PromiseWithResolvers<Data>[],
    { attempt: { signal }, resume }: GreetingContext,
  ): Promise<Data> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const data = this.takeHeld();
    if (data !== undefined) {
      resume();
      return Promise.resolve(data);
    }
    const receiver = Promise.withResolvers<Data>();
    // Where the hook does not wait any more, nobody else handles the rejection.
    receiver.promise.catch(() => {});
    receivers.push(receiver);
    return receiver.promise;
  }

  /** Hides secrets before it cuts: half a token would not be recognised. */
  #excerpt(data: Data): string {
    if (typeof data !== "string") return `with ${data.byteLength} bytes`;
    if (data.length > LONGEST_SHOWN) return `with ${data.length} characters`;
    const text = this.#redact(data);
    return JSON.stringify(
      text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text,
    );
  }
}
