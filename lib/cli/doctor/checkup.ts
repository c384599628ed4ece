/**
 * Takes the steps of `doctor`: DNS, TCP, TLS, handshake, pings, idle. Each has
 * a time limit, and its duration is measured.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Clock } from "../../platform/clock.ts";
import { ReconnectingWebSocket } from "../../client/reconnecting_websocket.ts";
import {
  type Finding,
  judgeCertificate,
  judgeHandshake,
  judgeIdleCut,
  judgePings,
  judgeRefusedCertificate,
} from "./diagnosis.ts";
import { EXIT_CODES, exitCodeOf } from "../exit_code.ts";
import type { HandshakePlan } from "../handshake_flags.ts";
import {
  type CertificateFacts,
  openTcp,
  openTls,
  portOf,
  resolveHost,
  shakeHands,
  type StepLimits,
} from "./network_steps.ts";

/** What to check; durations are in milliseconds. */
export interface CheckupPlan extends HandshakePlan {
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

const PINGS = 5;

/** Takes one step after the other until one fails. */
export class Checkup {
  readonly #plan: CheckupPlan;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #address = "";
  #socket: Socket | undefined;
  #live: ReconnectingWebSocket | undefined;

  /** Makes a checkup; `steps()` begins it. */
  constructor(plan: CheckupPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
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
    try {
      for (const [name, step] of this.#list()) {
        const report = await this.#take(name, step);
        yield report;
        if (report.finding.outcome === "bad" || this.isStopped) return;
      }
    } finally {
      this.#socket?.destroy();
      await this.#live?.[Symbol.asyncDispose]();
    }
  }

  #list(): readonly (readonly [
    name: string,
    step: (limits: StepLimits) => Promise<Finding>,
  ])[] {
    const { url, idle } = this.#plan;
    const secure = url.protocol === "wss:";
    return [
      ["DNS", () => this.#resolve()],
      ["TCP", (limits) => this.#connect(limits)],
      ...secure
        ? [["TLS", (limits: StepLimits) => this.#secure(limits)] as const]
        : [],
      ["handshake", (limits) => this.#shake(limits)],
      ["pings", (limits) => this.#ping(limits)],
      ...idle > 0 ? [["idle", () => this.#idle()] as const] : [],
    ];
  }

  async #take(
    name: string,
    step: (limits: StepLimits) => Promise<Finding>,
  ): Promise<StepReport> {
    const begin = this.#clock.now();
    const limit = name === "idle" ? Infinity : this.#plan.timeout;
    const tooLong = new AbortController();
    const cancel = this.#clock.after(limit, () => tooLong.abort(TOO_LONG));
    const signal = AbortSignal.any([tooLong.signal, this.#stopped.signal]);
    try {
      const finding = await Promise.race([step({ signal }), aborted(signal)]);
      return { name, time: this.#clock.now() - begin, finding };
    } catch (error) {
      const finding = failed(name, error);
      return { name, time: this.#clock.now() - begin, finding };
    } finally {
      cancel();
    }
  }

  async #resolve(): Promise<Finding> {
    const addresses = await resolveHost(this.#plan.url);
    this.#address = addresses[0] ?? "";
    return { outcome: "good", summary: addresses.join(", ") };
  }

  async #connect(limits: StepLimits): Promise<Finding> {
    this.#socket = await this.#open(limits);
    const where = `${this.#address}, port ${portOf(this.#plan.url)}`;
    return { outcome: "good", summary: where };
  }

  #open(limits: StepLimits): Promise<Socket> {
    const port = portOf(this.#plan.url);
    return openTcp({ address: this.#address, port }, limits);
  }

  async #secure(limits: StepLimits): Promise<Finding> {
    const { url } = this.#plan;
    const now = this.#clock.wallNow();
    try {
      const socket = this.#socket ?? await this.#open(limits);
      const tls = await openTls({ socket, url, trust: "judged" }, limits);
      this.#socket = tls.socket;
      return judgeCertificate(tls.certificate, now);
    } catch (error) {
      if (limits.signal.aborted) throw error;
      const certificate = await this.#inspect(limits);
      return judgeRefusedCertificate({ certificate, why: textOf(error), now });
    }
  }

  /** Reads a certificate that was refused, on a second connection. */
  async #inspect(limits: StepLimits): Promise<CertificateFacts | undefined> {
    const { url } = this.#plan;
    try {
      const socket = await this.#open(limits);
      const tls = await openTls({ socket, url, trust: "any" }, limits);
      tls.socket.destroy();
      return tls.certificate;
    } catch {
      // The server does not speak TLS.
      return undefined;
    }
  }

  async #shake(limits: StepLimits): Promise<Finding> {
    const { token, headers } = this.#plan;
    const socket = this.#socket ?? await this.#open(limits);
    const reply = await shakeHands(socket, {
      ...this.#plan,
      headers: {
        ...headers,
        ...token !== undefined && { Authorization: `Bearer ${token}` },
      },
    }, limits);
    socket.destroy();
    return judgeHandshake(reply);
  }

  async #ping({ signal }: StepLimits): Promise<Finding> {
    const live = this.#live = this.#makeLive();
    signal.addEventListener("abort", () => live.close());
    await live.opened;
    const latencies: number[] = [];
    while (latencies.length < PINGS) latencies.push(await live.probe());
    return judgePings(latencies);
  }

  #makeLive(): ReconnectingWebSocket {
    const { url, protocols, headers, token, allowInsecure } = this.#plan;
    return new ReconnectingWebSocket(url, protocols, {
      headers,
      heartbeat: false,
      backoff: { maxAttempts: 1 },
      probeTimeout: this.#plan.timeout,
      ...token !== undefined && { token, allowInsecure },
    });
  }

  async #idle(): Promise<Finding> {
    const { idle } = this.#plan;
    const live = this.#live ?? this.#makeLive();
    const { promise, resolve } = Promise.withResolvers<Finding>();
    let since = this.#clock.now();
    let heard = 0;
    const cut = (why: string) =>
      resolve(judgeIdleCut(this.#clock.now() - since, why));
    live.addEventListener("message", () => {
      since = this.#clock.now();
      heard += 1;
    });
    live.addEventListener("disconnect", (event) => {
      cut(event.error?.message ?? `close code ${event.closeCode}`);
      live.close();
    });
    live.addEventListener("close", ({ code }) => cut(`close code ${code}`));
    const cancel = this.#clock.after(idle, () => resolve(quiet(idle, heard)));
    try {
      return await promise;
    } finally {
      cancel();
    }
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

const ADVICE: Readonly<Record<string, string>> = {
  DNS: "Check the name of the host, and the network",
  TCP:
    "Check host and port, that the server runs, and that no firewall is on the way",
  TLS:
    "Check that the port speaks TLS: if not, use a URL that begins with ws://",
  handshake:
    "Check that the port speaks HTTP: if it speaks TLS, use a URL that begins with wss://",
  pings: "The server or a proxy does not answer pings, or is overloaded",
};

function failed(name: string, error: unknown): Finding {
  const exitCode = error === TOO_LONG
    ? EXIT_CODES.timeout
    : codeOf(name, error);
  const advice = ADVICE[name];
  return {
    outcome: "bad",
    summary: textOf(error),
    ...advice !== undefined && { advice },
    exitCode,
  };
}

function codeOf(name: string, error: unknown): number {
  switch (name) {
    case "DNS":
    case "TCP":
    case "TLS":
      return EXIT_CODES.unreachable;
    case "handshake":
      return EXIT_CODES.refused;
    default:
      return exitCodeOf(error);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
