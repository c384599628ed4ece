/**
 * What comes in over one connection: into the greeting, the heartbeat or the
 * inbox, and no more than there is room for.
 *
 * @module
 */

import type { Config } from "../connection/config.ts";
import type { Data } from "../queue/data.ts";
import type { Failure } from "../connection/failure.ts";
import type { PushResult } from "../queue/inbox.ts";
import type { Event, State } from "../connection/state.ts";
import { socketFailure } from "./attempt/failures.ts";
import type { Greeting } from "./attempt/greeting.ts";
import { sizeOf } from "../queue/data.ts";
import type { HeartbeatCodec } from "./heartbeat_codec.ts";
import type { ConnectionLogger } from "./connection_logger.ts";
import type { NoticeQueue } from "./notice_queue.ts";
import type { Transport } from "../transport/transport.ts";

/** What an intake stands on. */
export interface InboundOwner {
  readonly config: Config;
  readonly notices: NoticeQueue;
  readonly logger: ConnectionLogger;
  /** The machine's state, at this moment. */
  state(): State;
  /** Tells the machine. */
  dispatch(event: Event): void;
  /** A monotonic instant, in milliseconds. */
  now(): number;
}

/** The line that an intake belongs to. */
export interface InboundTransports {
  readonly greeting: Greeting;
  readonly heartbeat: HeartbeatCodec;
  /** The transport of a socket, as long as it is there. */
  transport(socket: number): Transport | undefined;
  /** Whether `pause()` of the present transport is TCP backpressure. */
  readonly pauses: boolean;
  /** Sends something ahead of everything that waits. */
  sendNow(socket: number, data: Data): void;
}

/** The bounded places where messages are kept. */
type Place = Pick<NoticeQueue, "hasRoom" | "size">;

/** Takes in what arrives. */
export class InboundHandler {
  readonly #owner: InboundOwner;
  readonly #transports: InboundTransports;
  #reading: "on" | "paused" = "on";
  #progress = 0;
  /** When the latest message came, and how far the transport was. */
  #lastMessage: { readonly at: number; readonly progress: number } | undefined;

  /** Makes an intake without a socket. */
  constructor(owner: InboundOwner, line: InboundTransports) {
    this.#owner = owner;
    this.#transports = line;
  }

  /** Starts anew with a socket. */
  start(): void {
    this.#reading = "on";
    this.#progress = 0;
    this.#lastMessage = undefined;
    // An attempt that was given up may have left something.
    this.dropHeld();
  }

  /** Takes a message of the socket that the machine owns. */
  receive(socket: number, data: Data, bytes: number): void {
    const { config, logger } = this.#owner;
    if (config.idleTimeout !== Infinity) {
      const progress = this.#transports.transport(socket)?.progress ?? 0;
      this.#lastMessage = { at: this.#owner.now(), progress };
    }
    if (logger.isEnabled("debug")) logger.logFrame("<", data, bytes);
    const { kind } = this.#owner.state();
    // WHATWG WebSockets, 5: what arrives while closing is not delivered.
    if (kind === "connecting") this.#receiveEarly(socket, data, bytes);
    else if (kind === "open") this.#receiveOpen(socket, data, bytes);
  }

  /** Tells the machine if something arrived since it was last told. */
  reportHeard(): void {
    const state = this.#owner.state();
    if (state.kind !== "open") return;
    const progress = this.#transports.transport(state.socket)?.progress ?? 0;
    if (progress === this.#progress) return;
    this.#progress = progress;
    // After the latest message part of another arrived, at some time since.
    const at = this.#lastMessage?.progress === progress
      ? this.#lastMessage.at
      : this.#owner.now();
    this.#owner.dispatch({ type: "heard", socket: state.socket, at });
  }

  /** Lets the application have what came before `open`. */
  releaseHeld(): void {
    const { greeting } = this.#transports;
    for (
      let data = greeting.takeHeld();
      data !== undefined;
      data = greeting.takeHeld()
    ) this.#store(data, sizeOf(data));
    if (this.#reading === "on") return;
    // It was paused while connecting, which was nothing to the machine.
    const state = this.#owner.state();
    if (state.kind === "open") {
      this.#owner.dispatch({ type: "paused", socket: state.socket });
    }
    this.resumeIfRoom();
  }

  /** Drops what came before an `open` that will not be. */
  dropHeld(): void {
    const dropped = this.#transports.greeting.drop();
    if (dropped.count > 0) this.#owner.notices.drop("unopened", dropped);
  }

  /** Reads again when there is room for it. */
  resumeIfRoom(): void {
    if (this.#reading === "on") return;
    const state = this.#owner.state();
    const { greeting } = this.#transports;
    const { notices } = this.#owner;
    const place: Place = state.kind === "connecting" ? greeting : notices;
    if (!place.hasRoom) return;
    this.resume();
    if (state.kind === "open") {
      this.#owner.dispatch({ type: "resumed", socket: state.socket });
    }
  }

  /** Reads again, room or not: what comes is not kept. */
  resume(): void {
    if (this.#reading === "on") return;
    this.#reading = "on";
    const state = this.#owner.state();
    if ("socket" in state) this.#transports.transport(state.socket)?.resume();
  }

  #receiveEarly(socket: number, data: Data, bytes: number): void {
    const { greeting } = this.#transports;
    const reception = greeting.receive(data, bytes);
    switch (reception.kind) {
      case "received":
        return;
      case "held":
        this.#onEarlyPush(reception.result, bytes);
        return;
      case "greeted":
        this.#owner.dispatch({ type: "greeted", socket });
        return;
      case "rejected":
        this.#fail(socket, reception.failure);
        return;
    }
  }

  #onEarlyPush(result: PushResult, bytes: number): void {
    const { greeting } = this.#transports;
    const { notices } = this.#owner;
    switch (result.kind) {
      case "stored":
        return;
      case "full":
        this.#pause(greeting);
        return;
      case "overflow":
        notices.drop("overflow", { count: 1, bytes });
        this.#overflow(greeting);
        return;
      case "dropped-oldest":
      case "dropped-newest":
        notices.drop("overflow", result);
        return;
    }
  }

  #receiveOpen(socket: number, data: Data, bytes: number): void {
    const { heartbeat } = this.#transports;
    if (!heartbeat.listens) {
      this.#store(data, bytes);
      return;
    }
    try {
      this.#interpret(socket, data, bytes);
    } catch (error) {
      // It came over a connection that was still there.
      this.#store(data, bytes);
      this.#fail(socket, socketFailure(error));
    }
  }

  #interpret(socket: number, data: Data, bytes: number): void {
    const meaning = this.#transports.heartbeat.classify(data);
    switch (meaning.kind) {
      case "ping":
        this.#transports.sendNow(socket, meaning.reply);
        return;
      case "answer":
        this.#owner.dispatch({ type: "answered", socket });
        if (meaning.delivery === "deliver") this.#store(data, bytes);
        return;
      case "message":
        this.#store(data, bytes);
        return;
    }
  }

  #store(data: Data, bytes: number): void {
    const { notices } = this.#owner;
    const result = notices.storeMessage(data, bytes);
    switch (result.kind) {
      case "full":
        this.#pause(notices);
        return;
      case "overflow":
        this.#overflow(notices);
        return;
      case "stored":
      case "dropped-oldest":
      case "dropped-newest":
        return;
    }
  }

  #pause(place: Place): void {
    if (this.#reading === "paused") return;
    if (!this.#transports.pauses) {
      this.#overflow(place);
      return;
    }
    const state = this.#owner.state();
    if (!("socket" in state)) return;
    this.#reading = "paused";
    this.#transports.transport(state.socket)?.pause();
    this.#owner.dispatch({ type: "paused", socket: state.socket });
  }

  #overflow({ size }: Place): void {
    const state = this.#owner.state();
    if (!("socket" in state)) return;
    this.#fail(state.socket, { type: "inbox-overflow", ...size });
  }

  #fail(socket: number, failure: Failure): void {
    this.#owner.dispatch({ type: "failed", socket, failure });
  }
}
