/**
 * Heartbeats in messages of the application's protocol, and what answers them.
 *
 * @module
 */

import type {
  Config,
  HeartbeatConfig,
} from "../../connection/config/config.ts";
import { matches } from "../../connection/config/pattern.ts";
import type { Data } from "../../queue/data.ts";
import type { Transport } from "../../transport/transport.ts";
import { callHookNow, messageOf, requireHook } from "../attempt/hook_calls.ts";
import type { Hooks } from "../attempt/hooks.ts";
import { HeartbeatFrames, type Meaning, MESSAGE } from "./heartbeat_frames.ts";

/** Sends pings in any form, and recognises their answers. */
export class HeartbeatCodec extends HeartbeatFrames {
  readonly #config: HeartbeatConfig | undefined;
  #hooks: Hooks = {};

  /** Makes the heartbeat of one connection. */
  constructor(config: Config) {
    super();
    this.#config = config.heartbeat;
  }

  override get listens(): boolean {
    return this.#config?.expect !== undefined ||
      this.#config?.reply !== undefined;
  }

  override start(hooks: Hooks): void {
    super.start(hooks);
    this.#hooks = hooks;
  }

  /** Throws what the transport or the hook throws. */
  protected override transmit(transport: Transport, payload: string): void {
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

  override classify(data: Data): Meaning {
    const { expect, reply, deliver } = this.#config ?? {};
    if (reply !== undefined && matches(reply.to, data)) {
      const actions = [{ kind: "reply", data: reply.with } as const];
      return { actions, delivery: "discard" };
    }
    if (expect === undefined || !this.#answers(expect, data)) return MESSAGE;
    return {
      actions: [{ kind: "answered" }],
      delivery: deliver === true ? "deliver" : "discard",
    };
  }

  #answers(
    expect: NonNullable<HeartbeatConfig["expect"]>,
    data: Data,
  ): boolean {
    if (!("hook" in expect)) return matches(expect, data);
    const isPong = requireHook(this.#hooks, "isPong");
    return callHookNow("isPong", () => isPong(data)) === true;
  }
}
