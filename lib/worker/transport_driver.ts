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
import { Greeting, type GreetingContext } from "./attempt/greeting.ts";
import { sizeOf } from "../queue/data.ts";
import { HeartbeatCodec } from "./heartbeat_codec.ts";
import {
  type AttemptContext,
  callHookNow,
  describeError,
} from "./attempt/hooks.ts";
import { InboundHandler, type InboundTransports } from "./inbound_handler.ts";
import type { ConnectionLogger } from "./connection_logger.ts";
import type { NoticeQueue } from "./notice_queue.ts";
import type { Resolution } from "./attempt/resolver.ts";
import type { Secrets } from "./attempt/secrets.ts";
import type { SendBuffer } from "./send_buffer.ts";
import {
  SocketTransportListener,
  type TransportEvents,
} from "./transport_listener.ts";
import { TransportSet } from "./transport_set.ts";
import type { Transport } from "../transport/transport.ts";

/** What a line stands on. */
export interface TransportDriverOwner {
  readonly config: Config;
  readonly notices: NoticeQueue;
  readonly sendBuffer: SendBuffer;
  readonly logger: ConnectionLogger;
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
export class TransportDriver implements InboundTransports, TransportEvents {
  readonly #owner: TransportDriverOwner;
  readonly #transports = new TransportSet();
  readonly heartbeat: HeartbeatCodec;
  readonly greeting: Greeting;
  /** What comes in. */
  readonly inbound: InboundHandler;
  #resolution: Resolution | undefined;
  #limits: "untold" | "told" = "untold";
  #capacity: "room" | "full" = "room";
  /** The number of the last message that `close()` waits for. */
  #closeAfter = 0;

  /** Makes a line without a transport. */
  constructor(owner: TransportDriverOwner) {
    const { config, secrets } = owner;
    this.#owner = owner;
    this.heartbeat = new HeartbeatCodec(config);
    this.greeting = new Greeting(config.greeting, {
      bounds: config.inbox,
      redact: (text) => secrets.redact(text),
    });
    this.inbound = new InboundHandler(owner, this);
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
    return this.#transports.get(socket);
  }

  /** The longest time between two pings of one socket so far, in milliseconds. */
  get longestGap(): number {
    return this.heartbeat.longestGap;
  }

  /** When to call {@linkcode sweep} next. */
  get nextSweep(): number {
    return this.#transports.nextSweep;
  }

  /** Drops abandoned transports that have not ended in time. */
  sweep(): void {
    this.#transports.sweep(this.#owner.now());
  }

  /** Drops all transports at once. */
  clear(): void {
    this.#transports.clear();
  }

  /** Notes what the attempt will need. */
  prepare(resolution: Resolution): void {
    this.#resolution = resolution;
  }

  /** Starts to connect. */
  open(socket: number): void {
    const { kind, target, hooks } = this.#prepared;
    const { maxMessageSize } = this.#owner.config;
    this.#capacity = "room";
    this.inbound.start();
    this.heartbeat.start(hooks);
    try {
      const listener = new SocketTransportListener(this, socket);
      this.#transports.add(
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
      if (this.#owns(socket)) this.#transports.get(socket)?.send(data);
    };
    const introduction: GreetingContext = {
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
      () => this.greeting.begin(introduction),
    );
    greeting?.then(
      () => this.#owner.dispatch({ type: "greeted", socket }),
      (error: unknown) => this.#fail(socket, failureOf(error, "greeting")),
    );
  }

  /** Sends a ping. */
  ping(socket: number, ping: number): void {
    const transport = this.#transports.get(socket);
    if (transport === undefined) return;
    const payload = `${socket}.${ping}`;
    this.#guard(
      socket,
      () => this.heartbeat.ping(transport, payload, this.#owner.now()),
    );
  }

  /** Sends something ahead of everything that waits. */
  sendNow(socket: number, data: Data): void {
    this.#guard(socket, () => this.#transports.get(socket)?.send(data));
  }

  /** Starts the closing handshake. */
  close({ socket, ...goodbye }: Extract<Effect, { type: "close" }>): void {
    this.#guard(socket, () => this.#transports.close(socket, goodbye));
  }

  /** Is done with a transport. */
  abandon({ socket, ...goodbye }: Extract<Effect, { type: "abandon" }>): void {
    const giveUpAt = this.#owner.now() + this.#owner.config.closeTimeout;
    this.#transports.abandon(socket, goodbye, giveUpAt);
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
    const transport = this.#transports.get(state.socket);
    if (transport === undefined) return;
    const { sendBuffer } = this.#owner;
    if (this.#capacity === "room") {
      const room = sendBuffer.flush(
        this.#owner.now(),
        (data) => this.#transmit(transport, data),
      );
      this.#capacity = room ? "room" : "full";
    }
    const out = sendBuffer.isEmpty && sendBuffer.received >= this.#closeAfter;
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
    this.#transports.opened(socket);
    const pings = this.#prepared.kind.pings ? "frames" : "none";
    const agreed = { ...opened, pings } as const;
    this.#logLimits();
    this.#owner.dispatch({ type: "opened", socket, agreed });
  }

  /** A message arrived. */
  received(socket: number, data: Data, bytes: number): void {
    if (this.#owns(socket)) this.inbound.receive(socket, data, bytes);
  }

  /** A pong arrived. */
  answered(socket: number, payload: string): void {
    const [of, ping = 0] = payload.split(".").map(Number);
    if (of !== socket) return;
    this.#owner.dispatch({ type: "answered", socket, ping });
  }

  /** The transport takes more. */
  roomy(socket: number): void {
    if (!this.#owns(socket)) return;
    this.#capacity = "room";
    this.flush();
  }

  /** The transport is at its end. */
  ended(socket: number, info: CloseInfo, failure: Failure | undefined): void {
    this.#transports.delete(socket);
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
  #logLimits(): void {
    if (this.#limits === "told") return;
    this.#limits = "told";
    const { config, logger } = this.#owner;
    const { heartbeat, idleTimeout, inbox } = config;
    const { pings, pauses } = this.#prepared.kind;
    if (!pings && heartbeat !== undefined && heartbeat.message === undefined) {
      const level = idleTimeout === Infinity ? "warn" : "info";
      logger.log(level, ONLY_SILENCE, { idleTimeout });
    }
    if (!pauses && inbox.overflow === "pause") {
      logger.log("info", NO_PAUSE, { maxBytes: inbox.maxBytes });
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
      this.#owner.logger.log("error", "The hook classify() failed", {
        error: describeError(error),
      });
      return undefined;
    }
  }

  #transmit(transport: Transport, data: Data): boolean {
    const { logger } = this.#owner;
    if (logger.isEnabled("debug")) logger.logFrame(">", data, sizeOf(data));
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
