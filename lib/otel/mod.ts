/**
 * # OpenTelemetry
 *
 * Metrics and a span per attempt of a `ReconnectingWebSocket`, through the
 * [API of OpenTelemetry](https://opentelemetry.io/docs/languages/js/). Without an
 * SDK nothing is told.
 *
 * @example Telling what a socket does
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
 * Deno brings an exporter: `OTEL_DENO=true` is all that it takes, and
 * `OTEL_EXPORTER_OTLP_ENDPOINT` says where to. See
 * [its documentation](https://docs.deno.com/runtime/fundamentals/open_telemetry/).
 * Elsewhere, register an SDK's providers first, or pass a `meter` and a `tracer`.
 *
 * ## Metrics
 *
 * | name | unit | instrument | besides |
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
 * All carry `server.address`, `server.port`, `url.scheme` and the `attributes` of
 * the options. Sockets that have all of them in common share a series: what they
 * count adds up. Only of their longest gaps the last one told is seen.
 *
 * ## Spans
 *
 * `websocket connect`, a client span and the root of its trace, lasts from the
 * begin of an attempt to its end. It has the attributes above, and
 *
 * - `holdfast.attempt.number`, as in the socket's `status`;
 * - `holdfast.attempt.outcome`: `open`, `failed`, or `abandoned` when `close()` or
 *   `reconnect()` came first;
 * - `holdfast.transport`: `ws` or `native`, once it is open;
 * - of a failure its status, an `exception` event, `error.type` (the name of the
 *   error's class), and one of `http.response.status_code`, `holdfast.error.kind`
 *   (such as `refused`, `dns`, `tls`) or `holdfast.close.code`.
 *
 * Times are those at which the main thread learns of it. While that is blocked,
 * the connection is not, but what is told of it waits.
 *
 * ## What is never told
 *
 * Tokens, headers, messages, and paths and queries of URLs, those in the texts of
 * errors included. But Deno itself makes a span of each handshake of the transport
 * `ws` that is refused, and writes the whole URL into it: with `OTEL_DENO`, let a
 * token be a header or a first message.
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
