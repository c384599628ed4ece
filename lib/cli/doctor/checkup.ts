/**
 * Takes the steps of `doctor`, from DNS to silence, on one connection. Each has
 * a time limit, and its duration is measured.
 *
 * @module
 */

import {
  errorFromFailure,
  loadMessages,
} from "../../client/errors/from_failure.ts";
import type { Clock } from "../../platform/clock.ts";
import {
  type Finding,
  judgeCompression,
  judgeIdleCut,
  judgeMessages,
  judgePings,
  STEP_ADVICE,
} from "./diagnosis.ts";
import { EXIT_CODES, exitCodeOf } from "../exit_code.ts";
import { reasonOf } from "../reason.ts";
import { type End, LiveConnection } from "./live_connection.ts";
import { type OpeningPlan, OpeningSteps } from "./opening_steps.ts";
import { secretsOf, withoutSecrets } from "./plan_secrets.ts";

/** What to check; durations are in milliseconds. */
export interface CheckupPlan extends OpeningPlan {
  /** Texts to send. */
  readonly execute: readonly string[];
  readonly idle: number;
  readonly timeout: number;
}

/** A step that is done. */
export interface StepReport {
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly time: number;
  readonly finding: Finding;
}

type Step = readonly [
  name: string,
  step: (signal: AbortSignal) => Promise<Finding>,
];

const PINGS = 5;
/** Steps that last as long as the plan says. */
const TIMELESS: readonly string[] = ["messages", "idle"];

/** Takes one step after the other until one fails. */
export class Checkup {
  readonly #plan: CheckupPlan;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  readonly #opening: OpeningSteps;
  readonly #secrets: readonly string[];
  #live: LiveConnection | undefined;

  /** Makes a checkup; `steps()` begins it. */
  constructor(plan: CheckupPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#opening = new OpeningSteps(plan, clock);
    this.#secrets = secretsOf(plan);
  }

  /** Whether `stop()` was called. */
  get isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Ends the step that is under way, and with it the checkup. */
  stop(): void {
    this.#stopped.abort(new Error("Interrupted"));
  }

  /** Takes the steps; a bad one is the last. */
  async *steps(): AsyncGenerator<StepReport, void, void> {
    await loadMessages();
    try {
      for (const [name, step] of this.#list()) {
        const report = await this.#take(name, step);
        yield report;
        if (report.finding.outcome === "bad" || this.isStopped) return;
      }
    } finally {
      await this.#live?.[Symbol.asyncDispose]();
      this.#opening.abort();
    }
  }

  #list(): readonly Step[] {
    const { url, route, idle, execute, network } = this.#plan;
    const opening = this.#opening;
    const secure: readonly Step[] = [
      ["TLS", (signal) => opening.secure(signal)],
      ["certificate", (signal) => opening.inspect(signal)],
    ];
    return [
      ["DNS", () => opening.resolve()],
      ["TCP", () => opening.connect()],
      ...route.kind === "proxy"
        ? [["proxy", () => opening.tunnel(route.url)] as const]
        : [],
      ...url.protocol === "wss:" ? secure : [],
      ["handshake", (signal) => opening.performHandshake(signal)],
      ["pings", () => this.#ping()],
      ...execute.length > 0 ? [["messages", () => this.#send()] as const] : [],
      ...idle > 0 ? [["idle", () => this.#idle()] as const] : [],
      ...network.compression === undefined
        ? []
        : [["compression", () => this.#weigh()] as const],
    ];
  }

  async #take(name: string, step: Step[1]): Promise<StepReport> {
    const begin = this.#clock.now();
    const limit = TIMELESS.includes(name) ? Infinity : this.#plan.timeout;
    const tooLong = new AbortController();
    const cancel = this.#clock.after(limit, () => tooLong.abort(TOO_LONG));
    const signal = AbortSignal.any([tooLong.signal, this.#stopped.signal]);
    try {
      const found = await Promise.race([step(signal), aborted(signal)])
        .catch((error) => failed(name, error));
      const time = this.#clock.now() - begin;
      return { name, time, finding: withoutSecrets(found, this.#secrets) };
    } finally {
      cancel();
    }
  }

  /** The connection of the handshake, which was accepted. */
  get #connection(): LiveConnection {
    return this.#live ??= new LiveConnection(
      this.#opening.opened!,
      this.#clock,
    );
  }

  async #ping(): Promise<Finding> {
    const live = this.#connection;
    const ended = live.ended.then((end) => Promise.reject(this.#errorOf(end)));
    const latencies: number[] = [];
    while (latencies.length < PINGS) {
      latencies.push(await Promise.race([live.ping(), ended]));
    }
    return judgePings(latencies);
  }

  /** Waits for as many messages as were sent, or as long as any step may take. */
  async #send(): Promise<Finding> {
    const { execute, timeout } = this.#plan;
    const live = this.#connection;
    const sent = execute.length;
    const before = live.received.messages;
    const { promise, resolve } = Promise.withResolvers<void>();
    live.onmessage = () => {
      if (live.received.messages - before >= sent) resolve();
    };
    const begin = this.#clock.now();
    const cancel = this.#clock.after(timeout, resolve);
    for (const text of execute) live.send(text);
    const end = await Promise.race([promise, live.ended]);
    cancel();
    if (end !== undefined) throw this.#errorOf(end);
    const arrived = live.received.messages - before;
    return judgeMessages({ sent, arrived, time: this.#clock.now() - begin });
  }

  async #idle(): Promise<Finding> {
    const { idle } = this.#plan;
    const live = this.#connection;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let since = this.#clock.now();
    let heard = 0;
    live.onmessage = () => {
      since = this.#clock.now();
      heard += 1;
    };
    const cancel = this.#clock.after(idle, () => resolve(undefined));
    const end = await Promise.race([promise, live.ended]);
    cancel();
    if (end === undefined) return quiet(idle, heard);
    const why = this.#errorOf(end).message;
    return judgeIdleCut(this.#clock.now() - since, why);
  }

  #weigh(): Promise<Finding> {
    const { deflate } = this.#opening.opened!;
    const { sent, received } = this.#connection;
    const agreed = deflate === undefined ? "declined" : "accepted";
    return Promise.resolve(judgeCompression({ agreed, sent, received }));
  }

  #errorOf({ info, failure }: End): Error {
    return errorFromFailure(failure ?? { type: "closed", ...info }, {
      attempt: 1,
      url: this.#plan.url.href,
      delay: "none",
      secrets: this.#secrets,
    });
  }
}

const TOO_LONG = new DOMException("No answer in time", "TimeoutError");

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason));
  return promise;
}

function quiet(idle: number, heard: number): Finding {
  const messages = heard === 0 ? "" : `, ${heard} messages arrived`;
  const time = `${(idle / 1_000).toFixed(1)} s`;
  return { outcome: "good", summary: `still open after ${time}${messages}` };
}

function failed(name: string, error: unknown): Finding {
  const advice = Object.hasOwn(STEP_ADVICE, name)
    ? STEP_ADVICE[name as keyof typeof STEP_ADVICE]
    : undefined;
  return {
    outcome: "bad",
    summary: reasonOf(error),
    ...advice !== undefined && { advice },
    exitCode: error === TOO_LONG ? EXIT_CODES.timeout : codeOf(name, error),
  };
}

function codeOf(name: string, error: unknown): number {
  return name === "DNS" ? EXIT_CODES.unreachable : exitCodeOf(error);
}
