/**
 * What arrives over one connection: for the greeting, the heartbeat or the
 * inbox. It returns what else is to be done, and touches no transport.
 *
 * @module
 */

import type { Config } from "../../connection/config/config.ts";
import type { Failure } from "../../connection/failure.ts";
import type { StatusKind } from "../../connection/state.ts";
import { type Data, sizeOf } from "../../queue/data.ts";
import { isPack, type Pack } from "../../queue/pack.ts";
import type { PushResult } from "../../queue/inbox.ts";
import type { TransportKind } from "../../transport/transport.ts";
import { socketFailure } from "../attempt/failures.ts";
import type { Greeting } from "../attempt/greeting.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";
import {
  type HeartbeatAction,
  type HeartbeatFrames,
  MESSAGE,
} from "../features/heartbeat_frames.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";

/** What is to be done after a message has arrived. */
export type InboundAction =
  | HeartbeatAction
  /** The machine has to know: the answer that the greeting waits for has come. */
  | { readonly kind: "greeted" }
  /** Stop reading: the place for messages is full. */
  | { readonly kind: "pause" }
  /** The machine has to know: this socket is of no use any more. */
  | { readonly kind: "fail"; readonly failure: Failure };

/** The bounded places where messages are kept. */
type Place = Pick<NoticeQueue, "hasRoom" | "size">;

// Constants, as most messages need nothing else.
const NOTHING: readonly InboundAction[] = [];
const GREETED: readonly InboundAction[] = [{ kind: "greeted" }];
const PAUSE: readonly InboundAction[] = [{ kind: "pause" }];

/** Takes in what arrives over one connection. */
export class InboundHandler {
  readonly #config: Config;
  readonly #notices: NoticeQueue;
  readonly #logger: ConnectionLogger;
  /** `undefined`: nothing can come before `open`. */
  #greeting: Greeting | undefined;
  #heartbeat: HeartbeatFrames | undefined;
  #transport: Pick<TransportKind, "pauses"> = { pauses: false };
  /** How far the transport was when the machine was last notified. */
  #progress = 0;
  #lastMessageAt = 0;
  /** How far the transport was when the latest message came; -1: none came. */
  #lastMessageProgress = -1;

  /** Makes a handler without a socket. */
  constructor({ config, notices, logger }: {
    readonly config: Config;
    readonly notices: NoticeQueue;
    readonly logger: ConnectionLogger;
  }) {
    this.#config = config;
    this.#notices = notices;
    this.#logger = logger;
  }

  /** Starts anew with a socket over this transport. */
  start(transport: Pick<TransportKind, "pauses">, { greeting, heartbeat }: {
    readonly greeting?: Greeting | undefined;
    readonly heartbeat: HeartbeatFrames;
  }): void {
    this.#transport = transport;
    this.#greeting = greeting;
    this.#heartbeat = heartbeat;
    this.#progress = 0;
    this.#lastMessageProgress = -1;
    // An attempt that was given up may have left messages.
    this.dropHeld();
  }

  /** Whether a paused transport may read again, in this state. */
  hasRoom(kind: StatusKind): boolean {
    return this.#placeFor(kind).hasRoom;
  }

  /** Notes when a message came, and how far the transport was. */
  noteMessage(progress: number, now: number): void {
    this.#lastMessageProgress = progress;
    this.#lastMessageAt = now;
  }

  /**
   * When something last arrived, at the latest.
   *
   * @param progress How far the transport is now.
   * @returns `undefined` if nothing has arrived since the last call.
   */
  heardAt(progress: number, now: number): number | undefined {
    if (progress === this.#progress) return undefined;
    this.#progress = progress;
    // Part of another message arrived after the latest one, at some time since.
    return this.#lastMessageProgress === progress ? this.#lastMessageAt : now;
  }

  /** Whether messages may come in packs, in this state: nobody looks at them one by one. */
  takesPacks(kind: StatusKind): boolean {
    return kind === "open" && !this.#heartbeat?.listens &&
      !this.#logger.isEnabled("debug") && this.#notices.takesPacks;
  }

  /** Takes a message that arrived in this state, or a pack where it takes packs. */
  receive(
    kind: StatusKind,
    data: Data | Pack,
    bytes: number,
  ): readonly InboundAction[] {
    if (isPack(data)) return this.#store(data, bytes);
    if (this.#logger.isEnabled("debug")) {
      this.#logger.logFrame("<", data, bytes);
    }
    if (kind === "open") return this.#receiveOpen(data, bytes);
    if (kind === "connecting") return this.#receiveEarly(data, bytes);
    // WHATWG WebSockets, 5: what arrives while closing is not delivered.
    return NOTHING;
  }

  /** Stores for the application what came before `open`. */
  releaseHeld(): readonly InboundAction[] {
    const actions: InboundAction[] = [];
    for (
      let data = this.#greeting?.takeHeld();
      data !== undefined;
      data = this.#greeting?.takeHeld()
    ) actions.push(...this.#store(data, sizeOf(data)));
    return actions;
  }

  /** Drops messages that arrived before `open`, because `open` will not happen. */
  dropHeld(): void {
    const dropped = this.#greeting?.drop();
    if (dropped?.count) this.#notices.drop("unopened", dropped);
  }

  #placeFor(kind: StatusKind): Place {
    const early = kind === "connecting" ? this.#greeting : undefined;
    return early ?? this.#notices;
  }

  #receiveEarly(data: Data, bytes: number): readonly InboundAction[] {
    const greeting = this.#greeting;
    if (greeting === undefined) return this.#store(data, bytes);
    const result = greeting.receive(data, bytes);
    switch (result.kind) {
      case "received":
        return NOTHING;
      case "held":
        return this.#onEarlyPush(result.result, bytes, greeting);
      case "greeted":
        return GREETED;
      case "rejected":
        return [{ kind: "fail", failure: result.failure }];
    }
  }

  #onEarlyPush(
    result: PushResult,
    bytes: number,
    greeting: Greeting,
  ): readonly InboundAction[] {
    switch (result.kind) {
      case "stored":
        return NOTHING;
      case "full":
        return this.#pause(greeting);
      case "overflow":
        this.#notices.drop("overflow", { count: 1, bytes });
        return overflow(greeting);
      case "dropped-oldest":
      case "dropped-newest":
        this.#notices.drop("overflow", result);
        return NOTHING;
    }
  }

  #receiveOpen(data: Data, bytes: number): readonly InboundAction[] {
    const heartbeat = this.#heartbeat;
    if (!heartbeat?.listens) return this.#store(data, bytes);
    try {
      const meaning = heartbeat.classify(data);
      // Nearly always, and without an array of its own.
      if (meaning === MESSAGE) return this.#store(data, bytes);
      const { actions, delivery } = meaning;
      return delivery === "discard"
        ? actions
        : [...actions, ...this.#store(data, bytes)];
    } catch (error) {
      // The hook threw, but the message arrived while the connection was open: deliver it, then fail.
      const actions = this.#store(data, bytes);
      return [...actions, { kind: "fail", failure: socketFailure(error) }];
    }
  }

  #store(data: Data | Pack, bytes: number): readonly InboundAction[] {
    const result = this.#notices.storeMessage(data, bytes);
    switch (result.kind) {
      case "full":
        return this.#pause(this.#notices);
      case "overflow":
        return overflow(this.#notices);
      case "stored":
      case "dropped-oldest":
      case "dropped-newest":
        return NOTHING;
    }
  }

  #pause(place: Place): readonly InboundAction[] {
    if (this.#transport.pauses) return PAUSE;
    return this.#config.inbox.overflow === "store" ? [] : overflow(place);
  }
}

function overflow({ size }: Place): readonly InboundAction[] {
  return [{ kind: "fail", failure: { type: "inbox-overflow", ...size } }];
}
