/**
 * Performs on the transports of one connection what the machine asks for, and
 * reports to the machine what happens to them.
 *
 * @module
 */

import type { Config } from "../../connection/config/config.ts";
import type { Failure } from "../../connection/failure.ts";
import type { Effect } from "../../connection/state.ts";
import type { WorkerClock } from "../../platform/clock.ts";
import { type Data, sizeOf } from "../../queue/data.ts";
import type { Pack } from "../../queue/pack.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import type { Opened, Transport } from "../../transport/transport.ts";
import { failureOf, socketFailure } from "../attempt/failures.ts";
import type { Greeting, GreetingContext } from "../attempt/greeting.ts";
import { type AttemptContext, describeError } from "../attempt/hooks.ts";
import type { Resolution } from "../attempt/resolution.ts";
import type { Secrets } from "../attempt/secrets.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";
import { HeartbeatFrames } from "../features/heartbeat_frames.ts";
import { type InboundAction, InboundHandler } from "./inbound_handler.ts";
import type { Features } from "../features/load_features.ts";
import type { Machine } from "./machine.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";
import type { SendBuffer } from "../posts/send_buffer.ts";
import {
  SocketTransportListener,
  type TransportEvents,
} from "./transport_listener.ts";
import type { TransportSet } from "./transport_set.ts";

/** How long a connection that nobody needs may take to close, in milliseconds. */
const LONGEST_CLOSE = 60_000;

/** What a transport driver works with. */
export interface TransportParts {
  readonly config: Config;
  readonly clock: WorkerClock;
  readonly machine: Pick<Machine, "dispatch" | "owns" | "state">;
  readonly transportSet: TransportSet;
  readonly notices: NoticeQueue;
  readonly sendBuffer: SendBuffer;
  readonly logger: ConnectionLogger;
  readonly secrets: Secrets;
}

/** Carries messages and pings between one connection and its transports. */
export class TransportDriver implements TransportEvents {
  readonly #config: Config;
  readonly #clock: WorkerClock;
  readonly #machine: TransportParts["machine"];
  readonly #sendBuffer: SendBuffer;
  readonly #logger: ConnectionLogger;
  readonly #transportSet: TransportSet;
  readonly #secrets: Secrets;
  #heartbeat = new HeartbeatFrames();
  #greeting: Greeting | undefined;
  #features: Features | undefined;
  readonly #inbound: InboundHandler;
  #resolution: Resolution | undefined;
  #limits: "unlogged" | "logged" = "unlogged";
  #reading: "on" | "paused" = "on";
  #capacity: "room" | "full" = "room";
  /** The answer to the server's latest ping, while the transport is full. */
  #pendingReply: Data | undefined;
  /** The number of the last message that `close()` waits for. */
  #closeAfter = 0;

  /** Makes a driver without a transport. */
  constructor(parts: TransportParts) {
    this.#config = parts.config;
    this.#secrets = parts.secrets;
    this.#clock = parts.clock;
    this.#transportSet = parts.transportSet;
    this.#machine = parts.machine;
    this.#sendBuffer = parts.sendBuffer;
    this.#logger = parts.logger;
    this.#inbound = new InboundHandler(parts);
  }

  /** What the present attempt found out. */
  get resolution(): Resolution | undefined {
    return this.#resolution;
  }

  /** The longest time between two pings of one socket so far, in milliseconds. */
  get longestGap(): number {
    return this.#heartbeat.longestGap;
  }

  /** Takes what the attempt needs. */
  prepare(resolution: Resolution, features?: Features): void {
    this.#resolution = resolution;
    if (features !== undefined) this.#equip(features);
  }

  /** Starts to connect. */
  open(socket: number): void {
    const { kind, target, hooks } = this.#prepared;
    const { maxMessageSize } = this.#config;
    this.#capacity = "room";
    this.#pendingReply = undefined;
    this.#reading = "on";
    const [greeting, heartbeat] = [this.#greeting, this.#heartbeat];
    this.#inbound.start(kind, { greeting, heartbeat });
    this.#heartbeat.start(hooks);
    try {
      const listener = new SocketTransportListener(this, socket);
      this.#transportSet.add(
        socket,
        kind.connect(target, { maxMessageSize }, listener),
      );
    } catch (error) {
      this.#fail(socket, { type: "invalid", detail: describeError(error) });
    }
  }

  /** Sends the token and the greeting, before everything else. */
  greet(socket: number, context: AttemptContext): void {
    const greeting = this.#guard(
      socket,
      () => this.#greeting?.begin(this.#greetingContext(socket, context)),
    );
    greeting?.then(
      () => this.#machine.dispatch({ type: "greeted", socket }),
      (error: unknown) => this.#fail(socket, failureOf(error, "greeting")),
    );
  }

  /** Sends a ping. */
  ping(socket: number, ping: number): void {
    const transport = this.#transportSet.get(socket);
    if (transport === undefined) return;
    const payload = `${socket}.${ping}`;
    this.#guard(
      socket,
      () => this.#heartbeat.ping(transport, payload, this.#clock.now()),
    );
  }

  /** Sends something ahead of everything that waits. */
  sendNow(socket: number, data: Data): void {
    this.#guard(socket, () => this.#transportSet.get(socket)?.send(data));
  }

  /** Starts the closing handshake. */
  close({ socket, ...frame }: Extract<Effect, { type: "close" }>): void {
    this.#guard(socket, () => this.#transportSet.close(socket, frame));
  }

  /** Closes a transport that nobody needs any more. */
  abandon({ socket, ...frame }: Extract<Effect, { type: "abandon" }>): void {
    const giveUpAt = this.#clock.now() +
      Math.min(this.#config.closeTimeout, LONGEST_CLOSE);
    // For `reconnect()` the peer still reads it; after a loss nobody knows.
    const isReplaced = this.#machine.state.kind === "connecting";
    const unwritten = this.#transportSet.get(socket)?.unwritten;
    this.#sendBuffer.end(isReplaced ? 0 : unwritten);
    this.#transportSet.abandon(socket, frame, giveUpAt);
  }

  /** Lets a close wait until the messages up to this number are out. */
  closeAfter(message: number): void {
    this.#closeAfter = message;
  }

  /** Hands over what waits, while the connection takes it. */
  flush(now = this.#clock.now()): void {
    const { state } = this.#machine;
    const draining = state.kind === "closing" && state.phase === "draining";
    if (state.kind !== "open" && !draining) return;
    const transport = this.#transportSet.get(state.socket);
    if (transport === undefined) return;
    // After the peer's close frame, what waits is for the next connection.
    const isWritable = this.#capacity === "room" && transport.isOpen;
    if (isWritable && !this.#sendBuffer.isEmpty) {
      const hasRoom = this.#sendBuffer.flush(now, {
        transmit: (data, message) => this.#transmit(transport, data, message),
        taken: transport.taken,
      });
      this.#capacity = hasRoom ? "room" : "full";
    }
    this.#sendBuffer.settle(transport.unwritten);
    const { isEmpty, received } = this.#sendBuffer;
    if (draining && isEmpty && received >= this.#closeAfter) {
      this.#machine.dispatch({ type: "drained", socket: state.socket });
    }
  }

  /** Reports to the machine whether anything has arrived since the last call. */
  reportHeard(): void {
    const { state } = this.#machine;
    if (state.kind !== "open") return;
    const { socket } = state;
    const progress = this.#transportSet.get(socket)?.progress ?? 0;
    const at = this.#inbound.heardAt(progress, this.#clock.now());
    if (at !== undefined) this.#machine.dispatch({ type: "heard", socket, at });
  }

  /** Gives the application what came before `open`. */
  releaseHeld(): void {
    const { state } = this.#machine;
    if (state.kind !== "open") return;
    this.#perform(state.socket, this.#inbound.releaseHeld());
    if (this.#reading === "on") return;
    // While connecting, a pause meant nothing to the machine.
    this.#machine.dispatch({ type: "paused", socket: state.socket });
    this.resumeIfRoom();
  }

  /** Drops messages that arrived before `open`, because `open` will not happen. */
  dropHeld(): void {
    this.#inbound.dropHeld();
  }

  /** Reads again when there is room for it. */
  resumeIfRoom(): void {
    const { state } = this.#machine;
    if (this.#reading === "on" || !this.#inbound.hasRoom(state.kind)) return;
    this.resume();
    if (state.kind === "open") {
      this.#machine.dispatch({ type: "resumed", socket: state.socket });
    }
  }

  /** Reads again, whether there is room or not: what comes is not kept. */
  resume(): void {
    if (this.#reading === "on") return;
    this.#reading = "on";
    const { state } = this.#machine;
    if ("socket" in state) this.#transportSet.get(state.socket)?.resume();
  }

  // What follows is for the sockets' listeners.

  /** The handshake is done. */
  opened(socket: number, opened: Opened): void {
    this.#transportSet.opened(socket);
    const able = { ...this.#prepared.kind, ...opened };
    const pings = able.pings ? "frames" : "none";
    const agreed = { ...opened, pings, output: able.output } as const;
    // Once, as the limits are the same after each attempt.
    if (this.#limits === "unlogged") {
      this.#features?.logLimits(this.#logger, this.#config, able);
    }
    this.#limits = "logged";
    this.#machine.dispatch({ type: "opened", socket, agreed });
  }

  /** Whether messages may come in packs: nobody looks at them one by one. */
  takesPacks(socket: number): boolean {
    const { state } = this.#machine;
    return this.#machine.owns(socket) && this.#inbound.takesPacks(state.kind);
  }

  /** A message arrived, or a pack of them. */
  received(socket: number, data: Data | Pack, bytes: number): void {
    if (!this.#machine.owns(socket)) return;
    if (this.#config.idleTimeout !== Infinity) {
      const progress = this.#transportSet.get(socket)?.progress ?? 0;
      this.#inbound.noteMessage(progress, this.#clock.now());
    }
    const { kind } = this.#machine.state;
    const actions = this.#inbound.receive(kind, data, bytes);
    // An iterator for each message is slow, and nearly always there are none.
    if (actions.length > 0) this.#perform(socket, actions);
  }

  /** A pong arrived. */
  answered(socket: number, payload: string): void {
    const [of, ping = 0] = payload.split(".").map(Number);
    if (of !== socket) return;
    this.#machine.dispatch({ type: "answered", socket, ping });
  }

  /** The transport takes more. */
  writable(socket: number): void {
    if (!this.#machine.owns(socket)) return;
    this.#capacity = "room";
    const reply = this.#pendingReply;
    this.#pendingReply = undefined;
    if (reply !== undefined) this.#reply(socket, reply);
    this.flush();
  }

  /** The transport is at its end. */
  ended(socket: number, info: CloseInfo, failure: Failure | undefined): void {
    const unwritten = this.#transportSet.get(socket)?.unwritten;
    this.#transportSet.delete(socket);
    if (!this.#machine.owns(socket)) return;
    this.#sendBuffer.end(unwritten);
    const { hooks, kind } = this.#prepared;
    const end = { info, failure };
    const isFinal = kind.finalCloseCodes?.includes(info.closeCode);
    const verdict = this.#features?.classifyEnding(hooks, end, this.#logger) ??
      (isFinal ? "fatal" : undefined);
    this.#machine.dispatch({
      type: "ended",
      socket,
      info,
      ...(failure && { failure }),
      ...(verdict && { verdict }),
    });
  }

  #equip(features: Features): void {
    if (this.#features !== undefined) return;
    const config = this.#config;
    this.#features = features;
    // Until now there was nothing to write but statuses, which have no secrets.
    this.#secrets.redactor = features.redactText;
    this.#heartbeat = new features.HeartbeatCodec(config);
    this.#greeting = new features.Greeting(config.greeting, {
      bounds: config.inbox,
      redact: (text) => this.#secrets.redact(text),
    });
  }

  get #prepared(): Resolution {
    return this.#resolution as Resolution;
  }

  #greetingContext(
    socket: number,
    attempt: AttemptContext,
  ): GreetingContext {
    return {
      attempt,
      resolution: this.#prepared,
      resume: () => this.resumeIfRoom(),
      send: (data) => {
        if (this.#machine.owns(socket)) {
          this.#transportSet.get(socket)?.send(data);
        }
      },
    };
  }

  #perform(socket: number, actions: readonly InboundAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case "answered":
        case "greeted":
          this.#machine.dispatch({ type: action.kind, socket });
          break;
        case "pause":
          this.#pause(socket);
          break;
        case "reply":
          this.#reply(socket, action.data);
          break;
        case "fail":
          this.#fail(socket, action.failure);
      }
    }
  }

  /** One answer waits at most: a peer may ask without end, and read nothing. */
  #reply(socket: number, data: Data): void {
    if (this.#capacity === "full") {
      this.#pendingReply = data;
      return;
    }
    this.#guard(socket, () => {
      const hasRoom = this.#transportSet.get(socket)?.send(data) !== false;
      this.#capacity = hasRoom ? "room" : "full";
    });
  }

  #pause(socket: number): void {
    if (this.#reading === "paused") return;
    this.#reading = "paused";
    this.#transportSet.get(socket)?.pause();
    this.#machine.dispatch({ type: "paused", socket });
  }

  #transmit(transport: Transport, data: Data, message: number): boolean {
    const logger = this.#logger;
    if (logger.isEnabled("debug")) logger.logFrame(">", data, sizeOf(data));
    return transport.send(data, message);
  }

  /** Runs something that may throw; what it throws ends the socket. */
  #guard<T>(socket: number, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#fail(socket, socketFailure(error));
      return undefined;
    }
  }

  #fail(socket: number, failure: Failure): void {
    this.#machine.dispatch({ type: "failed", socket, failure });
  }
}
