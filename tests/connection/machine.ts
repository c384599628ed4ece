import type { Config } from "../../lib/connection/config/config.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import {
  newConnection,
  nextDeadline,
  transition,
} from "../../lib/connection/transition.ts";
import type {
  Agreed,
  Effect,
  Event,
  Notification,
  ProbeResult,
  State,
  StatusNotice,
} from "../../lib/connection/state.ts";

/** Where the wall clock stands when the monotonic one is at zero. */
const EPOCH = 1_700_000_000_000;

/** Round numbers without randomness: each delay is half of its maximum. */
export const CONFIG: Config = {
  openTimeout: 10_000,
  closeTimeout: 5_000,
  stableAfter: 5_000,
  backoff: {
    strategy: "spread",
    first: 3_000,
    cap: 15_000,
    maxAttempts: Infinity,
    maxElapsed: Infinity,
  },
  heartbeat: { interval: 20_000, timeout: 10_000, deliver: false },
  probeTimeout: 3_500,
  idleTimeout: Infinity,
  fatalCloseCodes: [1008, 4401, 4404],
  inbox: { maxMessages: 1, maxBytes: 1, overflow: "pause" },
  maxMessageSize: 1,
  renewableToken: false,
};

/** Without a heartbeat, which cannot be overridden by `undefined`. */
export function withoutHeartbeat(): Config {
  const { heartbeat: _, ...config } = CONFIG;
  return config;
}

/** What a handshake agreed on, with ping frames. */
export const AGREED: Agreed = {
  protocol: "",
  extensions: "",
  pings: "frames",
  output: "direct",
};

/** A connection machine in a time of its own. */
export class Machine {
  state: State = newConnection(0);
  now = 0;
  /** How far the wall clock ran away from the monotonic one. */
  drift = 0;
  random = 0.5;
  readonly config: Config;

  constructor(config: Partial<Config> = {}) {
    this.config = { ...CONFIG, ...config };
  }

  get deadline(): number {
    return nextDeadline(this.state, this);
  }

  /** The socket that the state owns. */
  get socket(): number {
    return "socket" in this.state ? this.state.socket : NaN;
  }

  /** Dispatches an event, and describes the effects in short words. */
  dispatch(event: Event): string[] {
    return this.effects(event).flatMap(inWords);
  }

  effects(event: Event): readonly Effect[] {
    const wall = EPOCH + this.now + this.drift;
    const { state, effects } = transition(this.state, event, {
      config: this.config,
      random: this.random,
      now: { monotonic: this.now, wall },
    });
    this.state = state;
    return effects;
  }

  /** Lets time pass, and serves no deadline. */
  sleep(duration: number): this {
    this.now += duration;
    return this;
  }

  /** Serves the next deadline, that much too late. */
  due(late = 0): string[] {
    this.now = Math.max(this.now, this.deadline + late);
    return this.dispatch({ type: "due" });
  }

  /** Serves all deadlines up to an instant. */
  runTo(instant: number): string[] {
    const done: string[] = [];
    while (this.deadline <= instant) done.push(...this.due());
    this.now = instant;
    return done;
  }

  reconnect(reason = ""): string[] {
    return this.dispatch({ type: "reconnect", reason });
  }

  close(closeCode?: number, reason = ""): string[] {
    return this.dispatch({ type: "close", closeCode, reason });
  }

  network(network: "online" | "offline"): string[] {
    return this.dispatch({ type: "network", network });
  }

  probe(request: number): string[] {
    return this.dispatch({ type: "probe", request });
  }

  heard(at = this.now): string[] {
    return this.dispatch({ type: "heard", socket: this.socket, at });
  }

  answered(ping?: number): string[] {
    return this.dispatch({
      type: "answered",
      socket: this.socket,
      ...(ping !== undefined && { ping }),
    });
  }

  /** Dispatches an event that has only a socket, by default the present one. */
  socketEvent(
    type: "resolved" | "greeted" | "paused" | "resumed" | "drained",
    socket = this.socket,
  ): string[] {
    return this.dispatch({ type, socket });
  }

  opened(agreed: Partial<Agreed> = {}, socket = this.socket): string[] {
    return this.dispatch({
      type: "opened",
      socket,
      agreed: { ...AGREED, ...agreed },
    });
  }

  ended(
    closeCode = 1006,
    event: Partial<Extract<Event, { type: "ended" }>> = {},
  ): string[] {
    const info = { closeCode, reason: "", wasClean: closeCode !== 1006 };
    return this.dispatch({
      type: "ended",
      socket: this.socket,
      info,
      ...event,
    });
  }

  failed(
    failure: Extract<Event, { type: "failed" }>["failure"] = {
      type: "provider",
      name: "url",
      detail: "",
    },
  ): string[] {
    return this.dispatch({ type: "failed", socket: this.socket, failure });
  }

  /** An attempt that succeeds. */
  open(agreed: Partial<Agreed> = {}): this {
    if (this.state.kind === "waiting") this.due();
    else if (this.state.kind === "idle") this.dispatch({ type: "connect" });
    this.socketEvent("resolved");
    this.opened(agreed);
    return this;
  }
}

/** A machine whose first attempt is under way. */
export function connecting(config: Partial<Config> = {}): Machine {
  const machine = new Machine(config);
  machine.dispatch({ type: "connect" });
  return machine;
}

/** A machine whose first attempt came through at time 0. */
export function opened(
  config: Partial<Config> = {},
  agreed: Partial<Agreed> = {},
): Machine {
  return new Machine(config).open(agreed);
}

/** A machine that waits for its second attempt, due at 1,500. */
export function waiting(config: Partial<Config> = {}): Machine {
  const machine = connecting(config);
  machine.ended();
  return machine;
}

/** Describes an effect in a few words; a change of status comes first. */
export function inWords(effect: Effect): string | readonly string[] {
  switch (effect.type) {
    case "resolve":
    case "open":
    case "greet":
      return `${effect.type} ${effect.socket}`;
    case "ping":
      return `ping ${effect.socket}.${effect.ping}`;
    case "close":
    case "abandon":
      return `${effect.type} ${effect.socket} ${effect.closeCode}${
        effect.reason && ` ${effect.reason}`
      }`;
    case "invalidate":
    case "release":
      return effect.type;
    case "notify":
      return notificationInWords(effect.notification);
  }
}

function notificationInWords(
  notification: Notification,
): string | readonly string[] {
  switch (notification.type) {
    case "status":
      return statusInWords(notification.status);
    case "opened": {
      const { reconnected, status } = notification;
      const what = reconnected ? "reopened" : "opened";
      return [statusInWords(status), `${what} ${status.attempt}`];
    }
    case "disconnected": {
      const { attempt, status, failure } = notification;
      const how = `+${status.delay ?? 0} ${failure?.type ?? "cleanly"}`;
      return [statusInWords(status), `disconnected ${attempt} ${how}`];
    }
    case "closed": {
      const { cause, info, status, failure } = notification;
      const how = `${cause} ${failure?.type ?? "cleanly"}`;
      return [statusInWords(status), `closed ${info.closeCode} ${how}`];
    }
    case "heartbeat":
      return `heartbeat ${notification.latency}`;
    case "probed":
      return `probed ${notification.request} ${
        resultInWords(notification.result)
      }`;
  }
}

function statusInWords({ kind, attempt, delay }: StatusNotice): string {
  return `${kind} ${attempt}${delay === undefined ? "" : ` +${delay}`}`;
}

function resultInWords(result: ProbeResult): string {
  switch (result.kind) {
    case "latency":
      return String(result.latency);
    case "failure":
      return result.failure.type;
    case "unsupported":
    case "not-open":
    case "paused":
      return result.kind;
  }
}

/** A handshake that the server refused. */
export function refused(status: number, retryAfter?: number): Failure {
  const advice = retryAfter === undefined ? {} : { retryAfter };
  return { type: "handshake", status, headers: {}, detail: "", ...advice };
}
