/**
 * The state of one connection, and the only place that changes it.
 *
 * Effects are performed after the state has been replaced, and events that
 * arise meanwhile wait: dispatch is never re-entrant.
 *
 * @module
 */

import { backoffFor } from "../../connection/backoff/backoff.ts";
import type { Config } from "../../connection/config/config.ts";
import type { Effect, Event, State } from "../../connection/state.ts";
import { newConnection, transition } from "../../connection/transition.ts";
import type { WorkerClock } from "../../platform/clock.ts";

/** Performs what the machine asks for. */
export interface Performer {
  /** Called after each event, when the state has been replaced. */
  perform(effects: readonly Effect[], previous: State): void;
  /** Called when no event waits any more. */
  settled(): void;
}

/** Runs the connection machine. */
export class Machine {
  readonly #given: Config;
  /** With the backoff for the present URL. */
  #config: Config;
  readonly #clock: WorkerClock;
  readonly #performer: Performer;
  #state: State;
  readonly #events: Event[] = [];
  #phase: "idle" | "dispatching" = "idle";

  /** Makes a connection that nobody has started. */
  constructor(config: Config, clock: WorkerClock, performer: Performer) {
    this.#given = config;
    this.#config = config;
    this.#clock = clock;
    this.#performer = performer;
    this.#state = newConnection(clock.now());
  }

  /** What the connection is, at this moment. */
  get state(): State {
    return this.#state;
  }

  /** Whether a socket is the one that the connection uses. */
  owns(socket: number): boolean {
    return "socket" in this.#state && this.#state.socket === socket;
  }

  /** From now on, uses the backoff that fits this URL. */
  useBackoffFor(url: string): void {
    const given = this.#given;
    const backoff = backoffFor(url, given.backoff);
    // Connections share one record: most of them keep it.
    this.#config = backoff === given.backoff ? given : { ...given, backoff };
  }

  /** Handles an event, after those that wait. */
  dispatch(event: Event): void {
    if (this.#phase === "dispatching") {
      this.#events.push(event);
      return;
    }
    this.#phase = "dispatching";
    for (
      let next: Event | undefined = event;
      next;
      next = this.#events.shift()
    ) this.#step(next);
    this.#phase = "idle";
    this.#performer.settled();
  }

  /** Ends the connection at once; nobody is notified. */
  forget(): void {
    this.#state = { ...this.#state, kind: "closed" };
  }

  #step(event: Event): void {
    const clock = this.#clock;
    const now = { monotonic: clock.now(), wall: clock.wallNow() };
    const previous = this.#state;
    const { state, effects } = transition(previous, event, {
      config: this.#config,
      now,
      random: clock.random(),
    });
    this.#state = state;
    this.#performer.perform(effects, previous);
  }
}
