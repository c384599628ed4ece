/**
 * # OpenTelemetry
 *
 * Metrics and a span per attempt of a `ReconnectingWebSocket`, through the
 * [API of OpenTelemetry](https://opentelemetry.io/docs/languages/js/). Without an
 * SDK nothing is reported.
 *
 * @example Instrumenting a socket
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { instrument } from "@holdfast/websocket/otel";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * instrument(socket);
 * await socket.opened;
 * ```
 *
 * Deno has an exporter: `OTEL_DENO=true` switches it on, and
 * `OTEL_EXPORTER_OTLP_ENDPOINT` says where to export to. See
 * [its documentation](https://docs.deno.com/runtime/fundamentals/open_telemetry/).
 * Elsewhere, register an SDK's providers first, or pass a `meter` and a `tracer`.
 *
 * ## Metrics
 *
 * | name | unit | instrument | further attributes |
 * | --- | --- | --- | --- |
 * | `holdfast.connection.attempts` | `{attempt}` | counter | |
 * | `holdfast.connection.opens` | `{connection}` | counter | |
 * | `holdfast.connection.disconnects` | `{disconnect}` | counter | |
 * | `holdfast.transfer.messages` | `{message}` | counter | `network.io.direction` |
 * | `holdfast.transfer.size` | `By` | counter | `network.io.direction` |
 * | `holdfast.drop.messages` | `{message}` | counter | `network.io.direction`, `holdfast.drop.reason` |
 * | `holdfast.drop.size` | `By` | counter | `network.io.direction`, `holdfast.drop.reason` |
 * | `holdfast.connection.count` | `{connection}` | up-down counter | `holdfast.connection.state` |
 * | `holdfast.outbox.message.count` | `{message}` | up-down counter | |
 * | `holdfast.outbox.size` | `By` | up-down counter | |
 * | `holdfast.inbox.message.count` | `{message}` | up-down counter | |
 * | `holdfast.attempt.duration` | `s` | histogram | `error.type` |
 * | `holdfast.connection.duration` | `s` | histogram | `error.type` |
 * | `holdfast.heartbeat.duration` | `s` | histogram | |
 * | `holdfast.heartbeat.longest_gap` | `s` | gauge | |
 *
 * All have `server.address`, `server.port`, `url.scheme` and the `attributes` of
 * the options. Sockets with the same attributes share a series: their counts add
 * up. The gauge `longest_gap` is an exception: it shows the value of one of them.
 *
 * ## Spans
 *
 * `websocket connect` is a client span and the root of its trace. It lasts from
 * the start of an attempt to its end. It has the attributes above, and
 *
 * - `holdfast.attempt.number`, as in the socket's `status`;
 * - `holdfast.attempt.outcome`: `open`, `failed`, or `abandoned` when `close()` or
 *   `reconnect()` came first;
 * - `holdfast.transport`: `tcp`, `ws` or `native`, once it is open;
 * - of a failure its status, an `exception` event, `error.type` (the name of the
 *   error's class), and one of `http.response.status_code`, `holdfast.error.kind`
 *   (such as `refused`, `dns`, `tls`) or `holdfast.close.code`.
 *
 * Times are taken when the main thread receives an event. A blocked main thread
 * does not block the connection, but it delays these reports.
 *
 * ## What is never reported
 *
 * Tokens, headers, messages, and paths and queries of URLs, also within messages
 * of errors. But Deno itself makes a span for each refused handshake of the
 * transport `ws`, with the whole URL in it: with `OTEL_DENO`, send a token as a
 * header or as a first message.
 *
 * @module
 */

export {
  instrument,
  type InstrumentedSocket,
  type InstrumentOptions,
} from "./instrument.ts";
export type {
  Attributes,
  Collect,
  Counter,
  Histogram,
  InstrumentSettings,
  Meter,
  Span,
  SpanSettings,
  Tracer,
} from "./telemetry.ts";
export type { Count, Metrics, Status } from "../client/socket/status.ts";
