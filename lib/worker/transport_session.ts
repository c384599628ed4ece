/**
 * The present transport of one connection, and those before it: connects,
 * sends, pings, closes, and passes on what comes in.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Config } from "../connection/config.ts";
import type { Data } from "../queue/data.ts";
import type { Failure } from "../connection/failure.ts";
import type { Effect, Event, State, Verdict } from "../connection/state.ts";
import { failureOf, socketFailure } from "./attempt/failures.ts";
import { Greeter, type Introduction } from "./attempt/greeting.ts";
import { sizeOf } from "../queue/data.ts";
import { Heart } from "./heartbeat_codec.ts";
import {
  type AttemptContext,
  callHookNow,
  describeError,
} from "./attempt/hooks.ts";
import { Intake, type IntakeLine } from "./inbound.ts";
import type { Journal } from "./connection_logger.ts";
import type { Mailbox } from "./notice_queue.ts";
import type { Resolution } from "./attempt/resolver.ts";
import type { Secrets } from "./attempt/secrets.ts";
import type { Sender } from "./send_buffer.ts";
import { type ListeningLine, SocketListener } from "./transport_listener.ts";
import { Sockets } from "./transport_set.ts";
import type { Transport } from "../transport/transport.ts";

/** What a line stands on. */
export interface LineOwner {
  readonly config: Config;
  readonly mailbox: Mailbox;
  readonly sender: Sender;
  readonly journal: Journal;
  readonly secrets: Secrets;
  /** The machine's state, at this moment. */
  state(): State;
  /** Tells the machine. */
  dispatch(event: Event): void;
  /** A monotonic instant, in milliseconds. */
  now(): number;
}

const ONLY_SILENCE =
  "This transport has no ping frames, so only silence can be judged, by " +
  "idleTimeout. Set heartbeat.message to something that the server answers";
const NO_PAUSE =
  "This transport cannot pause what the server sends, so a full inbox closes " +
  "the connection. Set inbox.overflow to another rule if that is not wanted";

/** Carries messages and pings between one connection and its transports. */
export class Line implements IntakeLine, ListeningLine {
  readonly #owner: LineOwner;
  readonly #sockets = new Sockets();
  readonly heart: Heart;
  readonly greeter: Greeter;
  /** What comes in. */
  readonly intake: Intake;
  #resolution: Resolution | undefined;
  #limits: "untold" | "told" = "untold";
  #room: "room" | "full" = "room";
  /** The number of the last message that `close()` waits for. */
  #closeAfter = 0;

  /** Makes a line without a transport. */
  constructor(owner: LineOwner) {
    const { config, secrets } = owner;
    this.#owner = owner;
    this.heart = new Heart(config);
    this.greeter = new Greeter(config.greeting, {
      bounds: config.inbox,
      redact: (text) => secrets.redact(text),
    });
    this.intake = new Intake(owner, this);
  }

  /** What the present attempt found out. */
  get resolution(): Resolution | undefined {
    return this.#resolution;
  }

  /** Whether `pause()` of the present transport is TCP backpressure. */
  get pauses(): boolean {
    return this.#resolution?.kind.pauses === true;
  }

  /** The transport of a socket, as long as it is there. */
  transport(socket: number): Transport | undefined {
    return this.#sockets.get(socket);
  }

  /** The longest time between two pings of one socket so far, in milliseconds. */
  get longestGap(): number {
    return this.heart.longestGap;
  }

  /** When to call {@linkcode sweep} next. */
  get nextSweep(): number {
    return this.#sockets.nextSweep;
  }

  /** Drops abandoned transports that have not ended in time. */
  sweep(): void {
    this.#sockets.sweep(this.#owner.now());
  }

  /** Drops all transports at once. */
  clear(): void {
    this.#sockets.clear();
  }

  /** Notes what the attempt will need. */
  prepare(resolution: Resolution): void {
    this.#resolution = resolution;
  }

  /** Starts to connect. */
  open(socket: number): void {
    const { kind, target, hooks } = this.#prepared;
    const { maxMessageSize } = this.#owner.config;
    this.#room = "room";
    this.intake.start();
    this.heart.start(hooks);
    try {
      const listener = new SocketListener(this, socket);
      this.#sockets.add(
        socket,
        kind.connect(target, { maxMessageSize }, listener),
      );
    } catch (error) {
      const detail = describeError(error);
      this.#fail(socket, { type: "invalid", detail });
    }
  }

  /** Sends what comes before everything else. */
  greet(socket: number, context: AttemptContext): void {
    const { hooks, token, placement } = this.#prepared;
    const send = (data: Data) => {
      if (this.#owns(socket)) this.#sockets.get(socket)?.send(data);
    };
    const introduction: Introduction = {
      attempt: context.attempt,
      // It is made for those who ask.
      get signal() {
        return context.signal;
      },
      token,
      placement,
      hooks,
      send,
    };
    const greeting = this.#guard(
      socket,
      () => this.greeter.begin(introduction),
    );
    greeting?.then(
      () => this.#owner.dispatch({ type: "greeted", socket }),
      (error: unknown) => this.#fail(socket, failureOf(error, "greeting")),
    );
  }

  /** Sends a ping. */
  beat(socket: number, beat: number): void {
    const transport = this.#sockets.get(socket);
    if (transport === undefined) return;
    const payload = `${socket}.${beat}`;
    this.#guard(
      socket,
      () => this.heart.beat(transport, payload, this.#owner.now()),
    );
  }

  /** Sends something ahead of everything that waits. */
  sendNow(socket: number, data: Data): void {
    this.#guard(socket, () => this.#sockets.get(socket)?.send(data));
  }

  /** Starts the closing handshake. */
  close({ socket, ...goodbye }: Extract<Effect, { type: "close" }>): void {
    this.#guard(socket, () => this.#sockets.close(socket, goodbye));
  }

  /** Is done with a transport. */
  abandon({ socket, ...goodbye }: Extract<Effect, { type: "abandon" }>): void {
    const giveUpAt = this.#owner.now() + this.#owner.config.closeTimeout;
    this.#sockets.abandon(socket, goodbye, giveUpAt);
  }

  /** Lets a close wait until the messages up to this number are out. */
  closeAfter(message: number): void {
    this.#closeAfter = message;
  }

  /** Hands over what waits, while the connection takes it. */
  flush(): void {
    const state = this.#owner.state();
    const draining = state.kind === "closing" && state.phase === "draining";
    if (state.kind !== "open" && !draining) return;
    const transport = this.#sockets.get(state.socket);
    if (transport === undefined) return;
    const { sender } = this.#owner;
    if (this.#room === "room") {
      const room = sender.flush(
        this.#owner.now(),
        (data) => this.#transmit(transport, data),
      );
      this.#room = room ? "room" : "full";
    }
    const out = sender.isEmpty && sender.received >= this.#closeAfter;
    if (draining && out) {
      this.#owner.dispatch({ type: "drained", socket: state.socket });
    }
  }

  // What follows is for the sockets' listeners.

  /** The handshake is done. */
  opened(
    socket: number,
    opened: { readonly protocol: string; readonly extensions: string },
  ): void {
    this.#sockets.opened(socket);
    const pings = this.#prepared.kind.pings ? "frames" : "none";
    const agreed = { ...opened, pings } as const;
    this.#tellLimits();
    this.#owner.dispatch({ type: "opened", socket, agreed });
  }

  /** A message arrived. */
  received(socket: number, data: Data, bytes: number): void {
    if (this.#owns(socket)) this.intake.take(socket, data, bytes);
  }

  /** A pong arrived. */
  answered(socket: number, payload: string): void {
    const [of, beat = 0] = payload.split(".").map(Number);
    if (of !== socket) return;
    this.#owner.dispatch({ type: "answered", socket, beat });
  }

  /** The transport takes more. */
  roomy(socket: number): void {
    if (!this.#owns(socket)) return;
    this.#room = "room";
    this.flush();
  }

  /** The transport is at its end. */
  ended(socket: number, info: CloseInfo, failure: Failure | undefined): void {
    this.#sockets.delete(socket);
    if (!this.#owns(socket)) return;
    const verdict = this.#classify(info, failure);
    this.#owner.dispatch({
      type: "ended",
      socket,
      info,
      ...(failure && { failure }),
      ...(verdict && { verdict }),
    });
  }

  get #prepared(): Resolution {
    return this.#resolution as Resolution;
  }

  /** What the transport cannot do. Once, as it is the same after each attempt. */
  #tellLimits(): void {
    if (this.#limits === "told") return;
    this.#limits = "told";
    const { config, journal } = this.#owner;
    const { heartbeat, idleTimeout, inbox } = config;
    const { pings, pauses } = this.#prepared.kind;
    if (!pings && heartbeat !== undefined && heartbeat.message === undefined) {
      const level = idleTimeout === Infinity ? "warn" : "info";
      journal.write(level, ONLY_SILENCE, { idleTimeout });
    }
    if (!pauses && inbox.overflow === "pause") {
      journal.write("info", NO_PAUSE, { maxBytes: inbox.maxBytes });
    }
  }

  #classify(
    { closeCode, reason }: CloseInfo,
    failure: Failure | undefined,
  ): Verdict | undefined {
    const { classify } = this.#prepared.hooks;
    if (classify === undefined) return undefined;
    const status = failure?.type === "handshake" && { status: failure.status };
    try {
      return callHookNow(
        "classify",
        () => verdictOf(classify({ closeCode, reason, ...status })),
      );
    } catch (error) {
      this.#owner.journal.write("error", "The hook classify() failed", {
        error: describeError(error),
      });
      return undefined;
    }
  }

  #transmit(transport: Transport, data: Data): boolean {
    const { journal } = this.#owner;
    if (journal.wants("debug")) journal.frame(">", data, sizeOf(data));
    return transport.send(data);
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
    this.#owner.dispatch({ type: "failed", socket, failure });
  }

  #owns(socket: number): boolean {
    const state = this.#owner.state();
    return "socket" in state && state.socket === socket;
  }
}

function verdictOf(said: unknown): Verdict | undefined {
  if (said === undefined || said === "retry" || said === "fatal") return said;
  throw new TypeError(
    `"retry", "fatal" or undefined is wanted, not a value of type ${typeof said}`,
  );
}
