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
} from "../connection/connection.ts";
import type { Effect, Event, State } from "../connection/state.ts";
import type { Now } from "../connection/suspension.ts";
import { fillToken } from "../connection/token.ts";
import { isLoopback } from "../connection/target.ts";
import type { Command, EnvironmentChange, Setup } from "../protocol.ts";
import type { AttemptContext } from "./hooks.ts";
import { Journal } from "./journal.ts";
import { Line } from "./line.ts";
import type { Mailbox } from "./mailbox.ts";
import { failureOf } from "./failures.ts";
import { Questions } from "./questions.ts";
import { Renewal } from "./renewal.ts";
import { type LoadTransport, Resolver } from "./resolver.ts";
import { Secrets } from "./secrets.ts";
import { Sender } from "./sender.ts";
import { Teller } from "./teller.ts";

/** A command to one connection. */
export type ConnectionCommand = Exclude<
  Extract<Command, { readonly id: number }>,
  { readonly type: "connect" }
>;

/** Longer delays wrap around in `setTimeout`. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The present instant. */
export function systemNow(): Now {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** Calls a function each `interval` milliseconds, until the returned function is called. */
export function every(interval: number, call: () => void): () => void {
  const timer = setInterval(call, interval);
  return () => clearInterval(timer);
}

/** Drives one connection from `connect` to its last notice. */
export class Driver {
  readonly #id: number;
  readonly #setup: Setup;
  readonly #mailbox: Mailbox;
  readonly #secrets: Secrets;
  readonly #journal: Journal;
  readonly #questions: Questions;
  readonly #resolver: Resolver;
  readonly #sender: Sender;
  readonly #line: Line;
  readonly #teller: Teller;
  #state: State = newConnection(performance.now());
  readonly #events: Event[] = [];
  #dispatching: "idle" | "busy" = "idle";
  #attempt = new AbortController();
  #renewal: Renewal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /** Makes a driver; nothing happens before {@linkcode start}. */
  constructor(
    id: number,
    setup: Setup,
    options: {
      readonly mailbox: Mailbox;
      readonly loadTransport: LoadTransport;
    },
  ) {
    const { mailbox, loadTransport } = options;
    const tell = mailbox.tell.bind(mailbox);
    this.#id = id;
    this.#setup = setup;
    this.#mailbox = mailbox;
    this.#questions = new Questions(id, tell);
    this.#secrets = new Secrets(setup);
    this.#resolver = new Resolver(setup, {
      loadTransport,
      ask: (what, signal) => this.#questions.ask(what, signal),
      secrets: this.#secrets,
      wallNow: () => Date.now(),
    });
    this.#journal = new Journal(id, setup.log, {
      tell,
      secrets: this.#secrets,
      attempt: () => this.#state.attempt,
    });
    this.#sender = new Sender({
      taken: (upTo) => mailbox.taken(upTo),
      unsent: (message, reason) =>
        tell({ type: "unsent", id, message, reason }),
    });
    this.#line = new Line({
      config: setup.config,
      mailbox,
      sender: this.#sender,
      journal: this.#journal,
      secrets: this.#secrets,
      state: () => this.#state,
      dispatch: (event) => this.dispatch(event),
      now: () => performance.now(),
    });
    this.#teller = new Teller(id, {
      mailbox,
      journal: this.#journal,
      line: this.#line,
      secrets: this.#secrets,
      sender: this.#sender,
    });
  }

  /** Which connection this is. */
  get id(): number {
    return this.#id;
  }

  /** What this connection has to tell. */
  get mailbox(): Mailbox {
    return this.#mailbox;
  }

  /** Whether there is nothing left to do or to tell. */
  get isDone(): boolean {
    return this.#state.kind === "closed" && this.#mailbox.isEmpty;
  }

  /** Begins, unless it is to stay idle. */
  start(): void {
    if (this.#setup.autoConnect) this.dispatch({ type: "connect" });
    else {
      const status = { kind: "idle", attempt: 0 } as const;
      this.#teller.tell({ type: "status", status });
    }
  }

  /** Does what the client wants. */
  command(command: ConnectionCommand): void {
    switch (command.type) {
      case "send":
        // What crossed the end was told as dropped by the client itself.
        if (this.#state.kind === "closed") return;
        this.#sender.accept(command.first, command.messages, performance.now());
        this.#line.flush();
        this.#arm();
        return;
      case "cancel":
        this.#sender.cancel(command.message);
        return;
      case "reconnect":
        this.dispatch({ type: "reconnect", reason: command.reason });
        return;
      case "close":
        this.#line.closeAfter(command.sent);
        this.dispatch({
          type: "close",
          closeCode: command.closeCode,
          reason: command.reason,
        });
        // A peer may read nothing until we read what it sends.
        this.#line.intake.readOn();
        return;
      case "abandon":
        this.#forget();
        return;
      case "probe":
        this.#line.intake.tellHeard();
        this.dispatch({ type: "probe", request: command.request });
        return;
      case "answer":
        this.#questions.answer(command.question, command.answer);
        return;
      case "consumed":
        this.#mailbox.consumed(command.messages, command.bytes);
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
  makeRoom(): void {
    this.#line.intake.makeRoom();
  }

  /** Tells the machine an event and does what it asks for. */
  dispatch(event: Event): void {
    this.#events.push(event);
    if (this.#dispatching === "busy") return;
    this.#dispatching = "busy";
    for (let next = this.#events.shift(); next; next = this.#events.shift()) {
      this.#step(next);
    }
    this.#dispatching = "idle";
    this.#arm();
  }

  #step(event: Event): void {
    const { config } = this.#setup;
    const context = { config, now: systemNow(), random: Math.random() };
    const { state, effects } = transition(this.#state, event, context);
    const { socket } = { socket: undefined, ...this.#state };
    this.#state = state;
    if (socket !== undefined && !this.#owns(socket)) this.#attempt.abort();
    for (const effect of effects) this.#perform(effect);
    this.#line.flush();
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
        this.#line.open(effect.socket);
        return;
      case "greet":
        this.#line.greet(effect.socket, this.#attemptContext);
        return;
      case "beat":
        this.#line.beat(effect.socket, effect.beat);
        return;
      case "close":
        this.#line.close(effect);
        return;
      case "abandon":
        this.#line.abandon(effect);
        return;
      case "notify":
        this.#teller.tell(effect.notification);
        return;
      case "release":
        this.#release();
        return;
    }
  }

  #resolve(socket: number): void {
    this.#attempt = new AbortController();
    const context = this.#attemptContext;
    this.#renewal = this.#newRenewal(socket, context);
    this.#resolver.resolve(context).then(
      (resolution) => {
        if (context.signal.aborted) return;
        this.#line.prepare(resolution);
        this.dispatch({ type: "resolved", socket });
      },
      (error: unknown) => {
        if (context.signal.aborted) return;
        this.dispatch({
          type: "failed",
          socket,
          failure: this.#secrets.hideInFailure(failureOf(error, "hooks")),
        });
      },
    );
  }

  get #attemptContext(): AttemptContext {
    return { attempt: this.#state.attempt, signal: this.#attempt.signal };
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    this.#line.intake.tellHeard();
    this.#sender.expire(performance.now());
    this.#line.sweep();
    if (this.#state.kind === "open") this.#renewal?.run();
    this.dispatch({ type: "due" });
  }

  #arm(): void {
    const at = this.#nextTimer();
    if (at === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at === Infinity) return;
    const delay = Math.max(
      0,
      Math.min(at - performance.now(), LONGEST_TIMEOUT),
    );
    this.#timer = setTimeout(() => this.#onTimer(), delay);
  }

  #nextTimer(): number {
    return Math.min(
      nextDeadline(this.#state, this.#setup),
      this.#sender.nextExpiry,
      this.#line.nextSweep,
      this.#state.kind === "open"
        ? this.#renewal?.nextAt ?? Infinity
        : Infinity,
    );
  }

  #newRenewal(socket: number, context: AttemptContext): Renewal | undefined {
    const { renewal } = this.#setup.token ?? {};
    if (renewal === undefined) return undefined;
    return new Renewal({
      dueAt: () => this.#renewalDueAt(),
      now: () => performance.now(),
      fetch: () => this.#resolver.token(context),
      send: (token) => this.#line.sendNow(socket, fillToken(renewal, token)),
      failed: (error) =>
        this.#journal.write("warn", "Token renewal failed", { error }),
      changed: () => this.#arm(),
    }, context.signal);
  }

  #renewalDueAt(): number {
    const { monotonic, wall } = systemNow();
    // Whole milliseconds, or the timer would be set anew with each event.
    return Math.ceil(this.#resolver.renewAt - wall + monotonic);
  }

  #owns(socket: number): boolean {
    return "socket" in this.#state && this.#state.socket === socket;
  }

  #forget(): void {
    this.#mailbox.seal();
    this.#sender.drop("closed");
    this.#state = { ...this.#state, kind: "closed" };
    this.#release();
  }

  #release(): void {
    this.#attempt.abort();
    this.#line.clear();
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }
}
