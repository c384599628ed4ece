/**
 * One connection in the worker: performs what the machine asks for, tells it
 * what happens, and keeps the one timer.
 *
 * Effects are performed after the state has been replaced, and events that
 * arise meanwhile wait: dispatch is never re-entrant.
 *
 * @module
 */

import {
  newConnection,
  nextDeadline,
  transition,
} from "../connection/transition.ts";
import type { Effect, Event, State } from "../connection/state.ts";
import { fillToken } from "../identity/token.ts";
import { isLoopback } from "../rfc6455/url.ts";
import type { Clock } from "../platform/clock.ts";
import type { Config } from "../connection/config.ts";
import type {
  Answer,
  Command,
  EnvironmentChange,
  Notice,
  Setup,
} from "../boundary/protocol.ts";
import { AttemptScope } from "./attempt/attempt_scope.ts";
import {
  ConnectionLogger,
  type ConnectionLoggerOwner,
} from "./connection_logger.ts";
import {
  TransportDriver,
  type TransportDriverOwner,
} from "./transport_driver.ts";
import type { NoticeQueue } from "./notice_queue.ts";
import { failureOf } from "./attempt/failures.ts";
import { ClientRequests } from "./client_requests.ts";
import { TokenRefresher } from "./attempt/token_refresher.ts";
import {
  type LoadTransport,
  Resolver,
  type ResolverOwner,
} from "./attempt/resolver.ts";
import { Secrets } from "./attempt/secrets.ts";
import { SendBuffer } from "./send_buffer.ts";
import {
  NotificationHandler,
  type NotificationHandlerOwner,
} from "./notification_handler.ts";

/** A command to one connection. */
export type ConnectionCommand = Exclude<
  Extract<Command, { readonly id: number }>,
  { readonly type: "connect" }
>;

const NOTHING = () => {};

/**
 * Drives one connection from `connect` to its last notice.
 *
 * It is itself what its parts stand on: an object of closures for each of them
 * would be felt with a thousand connections.
 */
export class Driver
  implements
    ConnectionLoggerOwner,
    TransportDriverOwner,
    ResolverOwner,
    NotificationHandlerOwner {
  /** Which connection this is. */
  readonly id: number;
  /** What this connection has to tell. */
  readonly notices: NoticeQueue;
  readonly secrets: Secrets;
  readonly logger: ConnectionLogger;
  readonly sendBuffer: SendBuffer;
  readonly transports: TransportDriver;
  readonly loadTransport: LoadTransport;
  readonly #clock: Clock;
  readonly #setup: Setup;
  readonly #resolver: Resolver;
  readonly #notifications: NotificationHandler;
  #clientRequests: ClientRequests | undefined;
  #state: State;
  readonly #events: Event[] = [];
  #dispatching: "idle" | "busy" = "idle";
  #attempt: AttemptScope | undefined;
  #tokenRefresher: TokenRefresher | undefined;
  #cancelTimer = NOTHING;
  #timerAt = Infinity;

  /** Makes a driver; nothing happens before {@linkcode start}. */
  constructor(
    id: number,
    setup: Setup,
    options: {
      readonly mailbox: NoticeQueue;
      readonly loadTransport: LoadTransport;
      readonly clock: Clock;
    },
  ) {
    this.id = id;
    this.#setup = setup;
    this.notices = options.mailbox;
    this.loadTransport = options.loadTransport;
    this.#clock = options.clock;
    this.#state = newConnection(this.now());
    this.secrets = new Secrets(setup);
    this.logger = new ConnectionLogger(id, setup.log, this);
    this.sendBuffer = new SendBuffer(this.notices);
    this.transports = new TransportDriver(this);
    this.#resolver = new Resolver(setup, this);
    this.#notifications = new NotificationHandler(id, this);
  }

  /** What this connection goes by. */
  get config(): Config {
    return this.#setup.config;
  }

  /** The machine's state, at this moment. */
  state(): State {
    return this.#state;
  }

  /** The attempt under way, or the one that led here. */
  attempt(): number {
    return this.#state.attempt;
  }

  /** A monotonic instant, in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** Milliseconds since the epoch. */
  wallNow(): number {
    return this.#clock.wallNow();
  }

  /** Tells the client something that does not wait for credit. */
  push(notice: Notice): void {
    this.notices.push(notice);
  }

  /** Asks the client. Rejects once nobody waits any more. */
  ask(what: "url" | "token", signal: AbortSignal): Promise<Answer> {
    this.#clientRequests ??= new ClientRequests(
      this.id,
      (notice) => this.push(notice),
    );
    return this.#clientRequests.request(what, signal);
  }

  /** Whether there is nothing left to do or to tell. */
  get isDone(): boolean {
    return this.#state.kind === "closed" && this.notices.isEmpty;
  }

  /** Begins, unless it is to stay idle. */
  start(): void {
    if (this.#setup.autoConnect) this.dispatch({ type: "connect" });
    else {
      const status = { kind: "idle", attempt: 0 } as const;
      this.#notifications.handle({ type: "status", status });
    }
  }

  /** Does what the client wants. */
  command(command: ConnectionCommand): void {
    switch (command.type) {
      case "send":
        // What crossed the end was told as dropped by the client itself.
        if (this.#state.kind === "closed") return;
        this.sendBuffer.accept(command, this.now());
        this.transports.flush();
        this.#setTimer();
        return;
      case "cancel":
        this.sendBuffer.cancel(command.message);
        return;
      case "reconnect":
        this.dispatch({ type: "reconnect", reason: command.reason });
        return;
      case "close":
        this.transports.closeAfter(command.sent);
        this.dispatch({
          type: "close",
          closeCode: command.closeCode,
          reason: command.reason,
        });
        // A peer may read nothing until we read what it sends.
        this.transports.inbound.resume();
        return;
      case "abandon":
        this.#abandon();
        return;
      case "probe":
        this.transports.inbound.reportHeard();
        this.dispatch({ type: "probe", request: command.request });
        return;
      case "answer":
        this.#clientRequests?.answer(command.question, command.answer);
        return;
      case "consumed":
        this.notices.consumed(command.messages, command.bytes);
        return;
    }
  }

  /** Passes on what the platform told. */
  environment(change: EnvironmentChange): void {
    const { url } = this.#setup;
    if (change === "wake") return this.dispatch({ type: "woke" });
    const own = url !== undefined && isLoopback(new URL(url).hostname);
    // No network is needed to reach this machine.
    if (change === "offline" && own) return;
    this.dispatch({ type: "network", network: change });
  }

  /** Reads again when there is room for it; the hub calls it after collecting. */
  resumeIfRoom(): void {
    this.transports.inbound.resumeIfRoom();
  }

  /** Tells the machine an event and does what it asks for. */
  dispatch(event: Event): void {
    if (this.#dispatching === "busy") {
      this.#events.push(event);
      return;
    }
    this.#dispatching = "busy";
    for (
      let next: Event | undefined = event;
      next;
      next = this.#events.shift()
    ) this.#step(next);
    this.#dispatching = "idle";
    this.#setTimer();
  }

  #step(event: Event): void {
    const { config } = this.#setup;
    const now = { monotonic: this.now(), wall: this.wallNow() };
    const context = { config, now, random: this.#clock.random() };
    const { state, effects } = transition(this.#state, event, context);
    const { socket } = { socket: undefined, ...this.#state };
    this.#state = state;
    if (socket !== undefined && !this.#owns(socket)) this.#attempt?.end();
    for (const effect of effects) this.#perform(effect);
    this.transports.flush();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "resolve":
        this.#resolve(effect.socket);
        return;
      case "invalidate":
        this.#resolver.invalidate();
        return;
      case "open":
        this.transports.open(effect.socket);
        return;
      case "greet":
        this.transports.greet(effect.socket, this.#attempt as AttemptScope);
        return;
      case "ping":
        this.transports.ping(effect.socket, effect.ping);
        return;
      case "close":
        this.transports.close(effect);
        return;
      case "abandon":
        this.transports.abandon(effect);
        return;
      case "notify":
        this.#notifications.handle(effect.notification);
        return;
      case "release":
        this.#release();
        return;
    }
  }

  #resolve(socket: number): void {
    const attempt = new AttemptScope(this.#state.attempt);
    this.#attempt = attempt;
    this.#tokenRefresher = this.#newTokenRefresher(socket, attempt);
    this.#resolver.resolve(attempt).then(
      (resolution) => {
        if (attempt.isOver) return;
        this.transports.prepare(resolution);
        this.dispatch({ type: "resolved", socket });
      },
      (error: unknown) => {
        if (attempt.isOver) return;
        this.dispatch({
          type: "failed",
          socket,
          failure: this.secrets.hideInFailure(failureOf(error, "hooks")),
        });
      },
    );
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    this.transports.inbound.reportHeard();
    this.sendBuffer.expire(this.now());
    this.transports.sweep();
    if (this.#state.kind === "open") this.#tokenRefresher?.run();
    this.dispatch({ type: "due" });
  }

  #setTimer(): void {
    const at = this.#nextTimer();
    if (at === this.#timerAt) return;
    this.#cancelTimer();
    this.#cancelTimer = NOTHING;
    this.#timerAt = at;
    if (at === Infinity) return;
    const delay = at - this.now();
    this.#cancelTimer = this.#clock.after(delay, () => this.#onTimer());
  }

  #nextTimer(): number {
    return Math.min(
      nextDeadline(this.#state, this.#setup),
      this.sendBuffer.nextExpiry,
      this.transports.nextSweep,
      this.#state.kind === "open"
        ? this.#tokenRefresher?.nextAt ?? Infinity
        : Infinity,
    );
  }

  #newTokenRefresher(
    socket: number,
    attempt: AttemptScope,
  ): TokenRefresher | undefined {
    const { renewal } = this.#setup.token ?? {};
    if (renewal === undefined) return undefined;
    return new TokenRefresher({
      dueAt: () => this.#renewalDueAt(),
      now: () => this.now(),
      fetch: () => this.#resolver.token(attempt),
      send: (token) =>
        this.transports.sendNow(socket, fillToken(renewal, token)),
      failed: (error) =>
        this.logger.log("warn", "Token renewal failed", { error }),
      changed: () => this.#setTimer(),
    }, attempt.signal);
  }

  #renewalDueAt(): number {
    // Whole milliseconds, or the timer would be set anew with each event.
    return Math.ceil(this.#resolver.renewAt - this.wallNow() + this.now());
  }

  #owns(socket: number): boolean {
    return "socket" in this.#state && this.#state.socket === socket;
  }

  #abandon(): void {
    this.notices.seal();
    this.sendBuffer.drop("closed");
    this.#state = { ...this.#state, kind: "closed" };
    this.#release();
  }

  #release(): void {
    this.#attempt?.end();
    this.transports.clear();
    this.#cancelTimer();
    this.#timerAt = Infinity;
  }
}
