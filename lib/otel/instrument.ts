/**
 * Reports to OpenTelemetry what a socket does.
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

/** The part of a `ReconnectingWebSocket` that is observed. */
export interface InstrumentedSocket {
  /** The URL of the server; empty before it is known. */
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
 * @example Own attributes and an own tracer
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
   * Additional attributes of all metrics and spans of the socket; no secrets. A
   * span gets them at its end, so a sampler does not see them. @default {{}}
   */
  readonly attributes?: Attributes;
}

/**
 * Reports to OpenTelemetry what a socket does, from now on until its end.
 *
 * @param socket The socket. Instrument it as soon as it is made: an attempt that
 *   is already under way gets no span.
 * @param options The meter, the tracer and attributes.
 * @returns Dispose it to stop earlier; the socket goes on.
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

/** The reports of one socket. */
export class Instrumentation implements Disposable {
  readonly #socket: InstrumentedSocket;
  readonly #meter: Meter;
  readonly #instruments: Instruments;
  readonly #userAttributes: Attributes;
  readonly #attempts: Attempts;
  readonly #reporter: MetricsReporter;
  readonly #connectionCount: UpDownSeries;
  readonly #listening = new AbortController();
  /** From an `error` event, until the `disconnect` or `close` that follows it. */
  #error: SocketError | undefined;

  /** Starts at once, unless the socket has ended. */
  constructor(
    socket: InstrumentedSocket,
    options: InstrumentOptions,
    clock: Pick<Clock, "now">,
  ) {
    this.#socket = socket;
    this.#meter = options.meter ?? metrics.getMeter(...SCOPE);
    this.#userAttributes = options.attributes ?? {};
    const instruments = createInstruments(this.#meter);
    this.#instruments = instruments;
    this.#reporter = new MetricsReporter(instruments, socket.metrics());
    this.#connectionCount = new UpDownSeries(instruments.connections);
    this.#attempts = new Attempts({
      tracer: options.tracer ?? trace.getTracer(...SCOPE),
      instruments,
      clock,
      attributes: () => this.#attributes,
    });
    if (socket.status.kind !== "closed") this.#begin();
  }

  /** Stops; an attempt under way ends as `abandoned`. */
  [Symbol.dispose](): void {
    if (this.#listening.signal.aborted) return;
    this.#listening.abort();
    this.#meter.removeBatchObservableCallback(this.#collect, [
      this.#instruments.longestHeartbeatGap,
    ]);
    this.#attempts.abandon();
    this.#update();
    this.#reporter.end();
    this.#connectionCount.clear();
  }

  get #attributes(): Attributes {
    return { ...serverAttributes(this.#socket.url), ...this.#userAttributes };
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
    this.#connectionCount.set(1, attributes);
  }

  /** OpenTelemetry calls it before each export. */
  readonly #collect: Collect = (result) => {
    // Wait for the URL: measurements without it would lack the server.
    if (this.#socket.url === "") return;
    const { longestHeartbeatGap } = this.#update();
    if (longestHeartbeatGap === 0) return;
    const { longestHeartbeatGap: gauge } = this.#instruments;
    result.observe(gauge, longestHeartbeatGap / 1_000, this.#attributes);
  };

  #update(): Metrics {
    const metrics = this.#socket.metrics();
    this.#reporter.update(metrics, this.#attributes);
    return metrics;
  }
}
