/**
 * Tells OpenTelemetry what a socket does.
 *
 * @module
 */

import { metrics, trace } from "@opentelemetry/api";
import { type Clock, PLATFORM_CLOCK } from "../platform/clock.ts";
import type { SocketError } from "../client/errors/mod.ts";
import type {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  HeartbeatEvent,
  ReconnectingWebSocketEventMap,
} from "../client/socket/events.ts";
import { NAME, VERSION } from "../platform/release.ts";
import type { Metrics, Status } from "../client/socket/status.ts";
import { Attempts } from "./attempts.ts";
import { closedError, serverAttributes } from "./attributes.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { UpDownSeries } from "./up_down_series.ts";
import { DIRECTIONS, MetricsReporter } from "./metrics_reporter.ts";
import type { Attributes, Collect, Meter, Tracer } from "./telemetry.ts";

/** The instrumentation scope is the package. */
const SCOPE = [NAME, VERSION] as const;

/** What is asked of a socket: a `ReconnectingWebSocket` has it. */
export interface InstrumentedSocket {
  /** Where to; empty before it is known. */
  readonly url: string;
  /** What it is doing. */
  readonly status: Status;
  /** What it has done so far. */
  metrics(): Metrics;
  /** Adds a listener, until the signal is aborted. */
  addEventListener(
    type: string,
    listener: (event: Event) => void,
    options: { readonly signal: AbortSignal },
  ): void;
}

/**
 * What a socket is instrumented with.
 *
 * @example Attributes and a tracer of one's own
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { instrument, type InstrumentOptions } from "@holdfast/websocket/otel";
 * import { trace } from "@opentelemetry/api";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * const started: unknown[] = [];
 * const options: InstrumentOptions = {
 *   attributes: { "app.feed": "prices" },
 *   tracer: {
 *     startSpan(name, settings) {
 *       started.push([name, settings.attributes["holdfast.attempt.number"]]);
 *       return trace.getTracer("prices").startSpan(name, settings);
 *     },
 *   },
 * };
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * instrument(socket, options);
 * await socket.opened;
 * assertEquals(started, [["websocket connect", 1]]);
 * ```
 */
export interface InstrumentOptions {
  /** Makes the metrics. @default {metrics.getMeter("@holdfast/websocket")} */
  readonly meter?: Meter;
  /** Makes the spans. @default {trace.getTracer("@holdfast/websocket")} */
  readonly tracer?: Tracer;
  /**
   * What all metrics and spans of the socket carry besides. Never secrets. A span
   * gets it at its end, so that a sampler does not see it. @default {{}}
   */
  readonly attributes?: Attributes;
}

/**
 * Tells OpenTelemetry what a socket does from now on, until its end.
 *
 * @param socket What is told of. Call it as soon as the socket is made: an
 *   attempt that is already under way has no span.
 * @param options With what.
 * @returns What ends it earlier, and leaves the socket alone.
 *
 * @example Metrics and spans of a socket
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { instrument } from "@holdfast/websocket/otel";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * instrument(socket, { attributes: { "app.feed": "prices" } });
 * await socket.opened;
 * ```
 */
export function instrument(
  socket: InstrumentedSocket,
  options: InstrumentOptions = {},
): Disposable {
  return new Instrumentation(socket, options, PLATFORM_CLOCK);
}

/** What tells of one socket. */
export class Instrumentation implements Disposable {
  readonly #socket: InstrumentedSocket;
  readonly #meter: Meter;
  readonly #instruments: Instruments;
  readonly #own: Attributes;
  readonly #attempts: Attempts;
  readonly #readings: MetricsReporter;
  readonly #connection: UpDownSeries;
  readonly #listening = new AbortController();
  /** Of the `error` event, until the one that follows it. */
  #error: SocketError | undefined;

  /** Begins. */
  constructor(
    socket: InstrumentedSocket,
    options: InstrumentOptions,
    clock: Pick<Clock, "now">,
  ) {
    this.#socket = socket;
    this.#meter = options.meter ?? metrics.getMeter(...SCOPE);
    this.#own = options.attributes ?? {};
    const instruments = createInstruments(this.#meter);
    this.#instruments = instruments;
    this.#readings = new MetricsReporter(instruments, socket.metrics());
    this.#connection = new UpDownSeries(instruments.connections);
    this.#attempts = new Attempts({
      tracer: options.tracer ?? trace.getTracer(...SCOPE),
      instruments,
      clock,
      attributes: () => this.#attributes,
    });
    if (socket.status.kind !== "closed") this.#begin();
  }

  /** Ends it: an attempt that is under way is told as given up. */
  [Symbol.dispose](): void {
    if (this.#listening.signal.aborted) return;
    this.#listening.abort();
    this.#meter.removeBatchObservableCallback(this.#collect, [
      this.#instruments.longestHeartbeatGap,
    ]);
    this.#attempts.abandon();
    this.#update();
    this.#readings.end();
    this.#connection.clear();
  }

  get #attributes(): Attributes {
    return { ...serverAttributes(this.#socket.url), ...this.#own };
  }

  #begin(): void {
    this.#meter.addBatchObservableCallback(this.#collect, [
      this.#instruments.longestHeartbeatGap,
    ]);
    this.#setConnection(this.#socket.status);
    this.#on("statuschange", ({ status }) => this.#onStatus(status));
    this.#on("error", ({ error }) => this.#error = error);
    this.#on("disconnect", (event) => this.#onDisconnect(event));
    this.#on("close", (event) => this.#onClose(event));
    this.#on("drop", (event) => this.#onDrop(event));
    this.#on("heartbeat", (event) => this.#onHeartbeat(event));
  }

  #on<K extends keyof ReconnectingWebSocketEventMap>(
    type: K,
    listener: (event: ReconnectingWebSocketEventMap[K]) => void,
  ): void {
    const { signal } = this.#listening;
    this.#socket.addEventListener(type, listener as (event: Event) => void, {
      signal,
    });
  }

  #onStatus(status: Status): void {
    this.#setConnection(status);
    const { kind, attempt, transport = "" } = status;
    if (kind === "connecting") this.#attempts.begin(attempt);
    else if (kind === "closing") this.#attempts.abandon();
    else if (kind === "open") {
      this.#attempts.open(transport);
      this.#update();
    }
  }

  #onDisconnect(event: DisconnectEvent): void {
    this.#error = undefined;
    this.#attempts.lose(event);
    this.#update();
  }

  #onClose({ code, why }: EndEvent): void {
    const error = this.#error ?? closedError(code);
    if (why === "requested") this.#attempts.close();
    else this.#attempts.lose({ closeCode: code, error });
    this[Symbol.dispose]();
  }

  #onDrop({ count, bytes, direction, reason }: DropEvent): void {
    const { droppedMessages, droppedSize } = this.#instruments;
    const attributes = {
      ...this.#attributes,
      ...DIRECTIONS[direction],
      "holdfast.drop.reason": reason,
    };
    droppedMessages.add(count, attributes);
    droppedSize.add(bytes, attributes);
    this.#update();
  }

  #onHeartbeat({ latency }: HeartbeatEvent): void {
    const { heartbeatDuration } = this.#instruments;
    heartbeatDuration.record(latency / 1_000, this.#attributes);
    this.#update();
  }

  #setConnection({ kind }: Status): void {
    const attributes = {
      ...this.#attributes,
      "holdfast.connection.state": kind,
    };
    this.#connection.set(1, attributes);
  }

  /** Called before metrics are exported. */
  readonly #collect: Collect = (result) => {
    // What is counted before it is known where to would lack the server.
    if (this.#socket.url === "") return;
    const { longestHeartbeatGap } = this.#update();
    if (longestHeartbeatGap === 0) return;
    const { longestHeartbeatGap: gauge } = this.#instruments;
    result.observe(gauge, longestHeartbeatGap / 1_000, this.#attributes);
  };

  #update(): Metrics {
    const metrics = this.#socket.metrics();
    this.#readings.update(metrics, this.#attributes);
    return metrics;
  }
}
