/**
 * The forms of a heartbeat: ping frames, messages, and what answers them.
 *
 * @module
 */

import type { Config, HeartbeatConfig } from "../connection/config.ts";
import type { Data } from "../queue/data.ts";
import { matches } from "../connection/pattern.ts";
import {
  callHookNow,
  type Hooks,
  messageOf,
  requireHook,
} from "./attempt/hooks.ts";
import type { Transport } from "../transport/transport.ts";

/** What an inbound message is to the heartbeat. */
export type Meaning =
  | { readonly kind: "message" }
  /** It answers a ping of ours. */
  | { readonly kind: "answer"; readonly delivery: "deliver" | "keep" }
  /** It is the server's ping. */
  | { readonly kind: "ping"; readonly reply: Data };

/** It is for the application. */
export const MESSAGE: Meaning = { kind: "message" };

/** Sends pings and recognises their answers. */
export class HeartbeatCodec {
  readonly #config: HeartbeatConfig | undefined;
  #hooks: Hooks = {};
  #lastPingAt: number | undefined;
  #longestGap = 0;

  /** Makes the heart of one connection. */
  constructor(config: Config) {
    this.#config = config.heartbeat;
  }

  /** The longest time between two pings of one socket so far, in milliseconds. */
  get longestGap(): number {
    return this.#longestGap;
  }

  /** Whether messages can mean anything to it. */
  get listens(): boolean {
    return this.#config?.expect !== undefined ||
      this.#config?.reply !== undefined;
  }

  /** Starts anew with a socket. */
  start(hooks: Hooks): void {
    this.#hooks = hooks;
    this.#lastPingAt = undefined;
  }

  /** Sends a ping. Throws what the transport or the hook throws. */
  ping(transport: Transport, payload: string, now: number): void {
    this.#noteGap(now);
    const message = this.#config?.message;
    if (message === undefined) {
      transport.ping(payload);
      return;
    }
    transport.send(
      typeof message === "object" && "hook" in message
        ? callHookNow(
          "ping",
          () => messageOf(requireHook(this.#hooks, "ping")()),
        )
        : message,
    );
  }

  /** What a message is. */
  classify(data: Data): Meaning {
    const { expect, reply, deliver } = this.#config ?? {};
    if (reply !== undefined && matches(reply.to, data)) {
      return { kind: "ping", reply: reply.with };
    }
    if (expect === undefined || !this.#answers(expect, data)) return MESSAGE;
    return { kind: "answer", delivery: deliver === true ? "deliver" : "keep" };
  }

  #answers(
    expect: NonNullable<HeartbeatConfig["expect"]>,
    data: Data,
  ): boolean {
    if (!("hook" in expect)) return matches(expect, data);
    const isPong = requireHook(this.#hooks, "isPong");
    return callHookNow("isPong", () => isPong(data)) === true;
  }

  #noteGap(now: number): void {
    const gap = now - (this.#lastPingAt ?? now);
    this.#longestGap = Math.max(this.#longestGap, gap);
    this.#lastPingAt = now;
  }
}
