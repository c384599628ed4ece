/**
 * One connection in the worker: performs what the machine asks for, passes it
 * what happens, and keeps the one timer.
 *
 * @module
 */

import type {
  Command,
  EnvironmentChange,
  Setup,
} from "../../boundary/protocol.ts";
import type { SessionRemains } from "../../boundary/session.ts";
import type { Effect, State } from "../../connection/state.ts";
import { nextDeadline } from "../../connection/transition.ts";
import type { WorkerClock } from "../../platform/clock.ts";
import { isPassing } from "../../platform/download_failure.ts";
import { isLocal } from "../../rfc6455/url.ts";
import { AttemptScope } from "../attempt/attempt_scope.ts";
import { failureOf } from "../attempt/failures.ts";
import { type LoadTransport, Resolver } from "../attempt/resolver.ts";
import { Secrets } from "../attempt/secrets.ts";
import type { TokenRefresher } from "../attempt/token_refresher.ts";
import { ClientRequests } from "../posts/client_requests.ts";
import { ConnectionLogger } from "../posts/connection_logger.ts";
import {
  type Features,
  loadFeatures,
  needsFeatures,
} from "../features/load_features.ts";
import { Machine, type Performer } from "./machine.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";
import { SessionHolder } from "../session/session_holder.ts";
import { NotificationHandler } from "./notification_handler.ts";
import { SendBuffer } from "../posts/send_buffer.ts";
import { TransportDriver } from "./transport_driver.ts";
import { TransportSet } from "./transport_set.ts";

/** A command to one connection. */
export type ConnectionCommand = Exclude<
  Extract<Command, { readonly id: number }>,
  { readonly type: "connect" }
>;

const NOTHING = () => {};

/** Drives one connection from `connect` to its last notice. */
export class Driver implements Performer {
  /** Which connection this is. */
  readonly id: number;
  /** What waits to be posted to the client. */
  readonly notices: NoticeQueue;
  readonly #clock: WorkerClock;
  readonly #setup: Setup;
  readonly #machine: Machine;
  readonly #logger: ConnectionLogger;
  readonly #sendBuffer: SendBuffer;
  readonly #transportSet = new TransportSet();
  readonly #transportDriver: TransportDriver;
  readonly #resolver: Resolver;
  readonly #requests: ClientRequests;
  readonly #notifications: NotificationHandler;
  #attempt: AttemptScope | undefined;
  /** Loaded with the first attempt, where the setup asks for them. */
  #features: Features | undefined;
  readonly #sessions: SessionHolder;
  #tokenRefresher: TokenRefresher | undefined;
  #cancelTimer = NOTHING;
  #timerAt = Infinity;

  /** Makes a driver; nothing happens before {@linkcode start}. */
  constructor(
    id: number,
    setup: Setup,
    { notices, loadTransport, clock, session }: {
      readonly notices: NoticeQueue;
      readonly loadTransport: LoadTransport;
      readonly clock: WorkerClock;
      /** What a worker before has left, with the option `session`. */
      readonly session?: SessionRemains;
    },
  ) {
    const { config } = setup;
    const secrets = new Secrets(setup);
    const machine = new Machine(config, clock, this);
    const logger = new ConnectionLogger(id, setup.log, { secrets, notices });
    const sendBuffer = new SendBuffer(notices, session?.unaccepted.length);
    const requests = new ClientRequests(id, notices);
    const shared = { notices, secrets, logger, sendBuffer };
    const transportDriver = new TransportDriver({
      ...shared,
      config,
      clock,
      machine,
      transportSet: this.#transportSet,
    });
    this.id = id;
    this.notices = notices;
    this.#clock = clock;
    this.#setup = setup;
    this.#machine = machine;
    if (setup.url !== undefined) machine.useBackoffFor(setup.url);
    this.#logger = logger;
    this.#sendBuffer = sendBuffer;
    this.#requests = requests;
    this.#sessions = new SessionHolder(
      session && {
        ...{ id, setup, remains: session, notices, logger, clock, machine },
        changed: () => this.#setTimer(),
      },
    );
    this.#transportDriver = transportDriver;
    this.#resolver = new Resolver(setup, {
      loadTransport,
      loadFeatures: () => this.#loadFeatures(),
      secrets,
      requests,
      clock,
    });
    this.#notifications = new NotificationHandler(id, {
      ...shared,
      transportDriver,
      session: () => this.#sessions.session,
    });
  }

  /** Whether nothing is left to do and to post. */
  get isDone(): boolean {
    return this.#machine.state.kind === "closed" && this.notices.isEmpty;
  }

  /** Begins, unless it is to stay idle. */
  start(): void {
    if (this.#setup.autoConnect) this.#machine.dispatch({ type: "connect" });
    else {
      const status = { kind: "idle", attempt: 0 } as const;
      this.#notifications.handle({ type: "status", status });
    }
  }

  /** Does what the client wants. */
  command(command: ConnectionCommand): void {
    switch (command.type) {
      case "send": {
        // The connection is closed. The client has already reported these messages as dropped.
        if (this.#machine.state.kind === "closed") return;
        const now = this.#clock.now();
        this.#sendBuffer.accept(command, now);
        this.#transportDriver.flush(now);
        this.#setTimer();
        return;
      }
      case "cancel":
        this.#sendBuffer.cancel(command.message);
        return;
      case "reconnect":
        this.#machine.dispatch({ type: "reconnect", reason: command.reason });
        return;
      case "close":
        this.#close(command);
        return;
      case "abandon":
        this.#abandon();
        return;
      case "probe":
        this.#transportDriver.reportHeard();
        this.#machine.dispatch({ type: "probe", request: command.request });
        return;
      case "answer":
        this.#requests.answer(command.request, command.answer);
        return;
      case "consumed":
        this.notices.consumed(command.messages, command.bytes);
        this.#sessions.consumed(command.upTo);
        return;
      case "keeping":
        this.#sessions.session?.confirmed(command.number);
        return;
    }
  }

  /** The platform reported a change. */
  environment(change: EnvironmentChange): void {
    const url = this.#transportDriver.resolution?.url ?? this.#setup.url;
    if (change === "wake") return this.#machine.dispatch({ type: "woke" });
    if (change === "away") return this.#machine.dispatch({ type: "away" });
    // No network is needed to reach this machine.
    if (change === "offline" && url !== undefined && isLocal(url)) return;
    this.#machine.dispatch({ type: "network", network: change });
  }

  /** Reads again when there is room for it; the hub calls it after collecting. */
  resumeIfRoom(): void {
    this.#transportDriver.resumeIfRoom();
  }

  // What follows is for the machine.

  perform(effects: readonly Effect[], previous: State): void {
    this.#logger.attempt = this.#machine.state.attempt;
    if ("socket" in previous && !this.#machine.owns(previous.socket)) {
      this.#attempt?.end();
    }
    for (const effect of effects) this.#perform(effect);
    this.#transportDriver.flush();
  }

  settled(): void {
    this.#setTimer();
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
        this.#transportDriver.open(effect.socket);
        return;
      case "greet":
        this.#transportDriver.greet(
          effect.socket,
          this.#attempt as AttemptScope,
        );
        return;
      case "ping":
        this.#transportDriver.ping(effect.socket, effect.ping);
        return;
      case "close":
        this.#transportDriver.close(effect);
        return;
      case "abandon":
        this.#transportDriver.abandon(effect);
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
    const attempt = new AttemptScope(this.#machine.state.attempt);
    this.#attempt = attempt;
    this.#tokenRefresher = undefined;
    const resolved = this.#resolver.resolve(attempt);
    resolved.then((resolution) => this.#sessions.carry(resolution)).then(
      (resolution) => {
        if (attempt.isOver) return;
        this.#machine.useBackoffFor(resolution.url);
        if (isLocal(resolution.url)) this.#ignoreNetwork();
        this.#tokenRefresher = this.#newTokenRefresher(
          socket,
          attempt,
          resolution.token,
        );
        this.#transportDriver.prepare(resolution, this.#features);
        this.#machine.dispatch({ type: "resolved", socket });
      },
      (error: unknown) => {
        if (attempt.isOver) return;
        const failure = failureOf(error, "hooks");
        if (failure.type === "worker") this.#reportUnloaded(failure.detail);
        this.#machine.dispatch({ type: "failed", socket, failure });
      },
    );
  }

  /** Only another worker can load what Deno could not download for this one. */
  #reportUnloaded(detail: string): void {
    if (isPassing(detail)) this.notices.push({ type: "crashed", detail });
  }

  #ignoreNetwork(): void {
    if (this.#machine.state.network === "online") return;
    this.#machine.dispatch({ type: "network", network: "online" });
  }

  #close(command: Extract<Command, { type: "close" }>): void {
    this.#sessions.session?.closing();
    this.#transportDriver.closeAfter(command.sent);
    this.#machine.dispatch({
      type: "close",
      closeCode: command.closeCode,
      reason: command.reason,
    });
    // A peer may read nothing until we read what it sends.
    this.#transportDriver.resume();
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    this.#transportDriver.reportHeard();
    this.#sendBuffer.expire(this.#clock.now());
    this.#transportSet.sweep(this.#clock.now());
    this.#sessions.session?.due();
    const { state } = this.#machine;
    if (state.kind === "open") this.#tokenRefresher?.run();
    const output = "socket" in state
      ? this.#transportSet.outputOf(state.socket)
      : "flowing";
    this.#machine.dispatch({ type: "due", output });
  }

  #setTimer(): void {
    const at = this.#nextTimer();
    if (at === this.#timerAt) return;
    this.#cancelTimer();
    this.#cancelTimer = NOTHING;
    this.#timerAt = at;
    if (at === Infinity) return;
    const delay = at - this.#clock.now();
    this.#cancelTimer = this.#clock.after(delay, () => this.#onTimer());
  }

  #nextTimer(): number {
    const { state } = this.#machine;
    const refresher = state.kind === "open" ? this.#tokenRefresher : undefined;
    return Math.min(
      nextDeadline(state, this.#setup),
      this.#sendBuffer.nextExpiry,
      this.#transportSet.nextSweep,
      this.#sessions.session?.deadline ?? Infinity,
      refresher?.nextAt ?? Infinity,
    );
  }

  #newTokenRefresher(
    socket: number,
    attempt: AttemptScope,
    token: string | undefined,
  ): TokenRefresher | undefined {
    const { token: setup, config } = this.#setup;
    if (setup?.renewal === undefined) return undefined;
    return this.#features && new this.#features.TokenRefresher(attempt, {
      clock: this.#clock,
      limit: config.openTimeout,
      ...{ token, setup, source: this.#resolver },
      send: (message) => this.#transportDriver.sendNow(socket, message),
      authenticate: (token) => this.#sessions.session?.authenticate(token),
      report: (error) =>
        this.#logger.log("warn", "Token renewal failed", { error }),
      changed: () => this.#setTimer(),
    });
  }

  async #loadFeatures(): Promise<Features | undefined> {
    if (!needsFeatures(this.#setup)) return undefined;
    return this.#features ??= await loadFeatures();
  }

  #abandon(): void {
    this.notices.seal();
    this.#sendBuffer.drop("closed");
    this.#machine.forget();
    this.#release();
  }

  #release(): void {
    this.#attempt?.end();
    this.#transportSet.clear();
    this.#cancelTimer();
    this.#timerAt = Infinity;
  }
}
