/** What Deno's own exporter of OpenTelemetry sends to a collector. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../../lib/platform/release.ts";
import {
  type Collector,
  type Metric,
  type Span,
  startCollector,
} from "../servers/collector.ts";

const SCOPE = "@holdfast/websocket";
const SECRETS = ["canary-path", "canary-query", "canary-token"] as const;
const [PATH, QUERY, TOKEN] = SECRETS;
const GAP = "holdfast.heartbeat.longest_gap";

/** How long the program may take, in milliseconds: far more than it does. */
const LIMIT = 60_000;

Deno.test("OTEL_DENO=true exports what an instrumented socket does", async (test) => {
  await using collector = startCollector();
  await using server = serveFeed(collector);
  await run(`ws://127.0.0.1:${server.addr.port}`, collector);
  const here = {
    "server.address": "127.0.0.1",
    "server.port": server.addr.port,
    "url.scheme": "ws",
    "app.feed": "prices",
  };

  await test.step("a span for each attempt", () => {
    const spans = collector.spans(SCOPE).toSorted((a, b) =>
      Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano))
    );
    const opened = {
      ...here,
      "holdfast.attempt.outcome": "open",
      "holdfast.transport": "tcp",
    };
    assertEquals(spans.map(({ attributes }) => attributes), [
      {
        ...here,
        "holdfast.attempt.number": 1,
        "holdfast.attempt.outcome": "failed",
        "error.type": "HandshakeError",
        "http.response.status_code": 503,
      },
      { ...opened, "holdfast.attempt.number": 2 },
      { ...opened, "holdfast.attempt.number": 3 },
    ]);
    assertEquals(spans.map(({ status }) => status.code ?? 0), [2, 0, 0]);
    for (const span of spans) checkSpan(span);
    checkFailure(spans[0]!);
  });

  await test.step("counters that add up to all that happened", () => {
    const last = lastOf(collector.metrics(SCOPE));
    const sum = (name: string) => {
      const { unit, points } = last.get(`holdfast.${name}`)!;
      return [unit, ...points.map(({ value }) => value)];
    };
    assertEquals(sum("connection.attempts"), ["{attempt}", 3]);
    assertEquals(sum("connection.opens"), ["{connection}", 2]);
    assertEquals(sum("connection.disconnects"), ["{disconnect}", 2]);
    assertEquals(sum("outbox.message.count"), ["{message}", 0]);
    const traffic = [
      { ...here, "network.io.direction": "transmit" },
      { ...here, "network.io.direction": "receive" },
    ];
    const pointsOf = (name: string) => sorted(last.get(`holdfast.${name}`)!);
    assertEquals(pointsOf("transfer.messages"), [
      { attributes: traffic[1]!, value: 2 },
      { attributes: traffic[0]!, value: 2 },
    ]);
    assertEquals(pointsOf("transfer.size"), [
      { attributes: traffic[1]!, value: "firstenough".length },
      { attributes: traffic[0]!, value: "firstdrop me".length },
    ]);
    const states = last.get("holdfast.connection.count")!.points;
    assert(states.every(({ value }) => value === 0));
  });

  await test.step("durations, and the gap between heartbeats", () => {
    const metrics = collector.metrics(SCOPE);
    const last = lastOf(metrics);
    const pointsOf = (name: string) => sorted(last.get(`holdfast.${name}`)!);
    const failed = { ...here, "error.type": "HandshakeError" };
    assertEquals(
      pointsOf("attempt.duration").map(({ attributes, count }) => ({
        attributes,
        count,
      })),
      [{ attributes: failed, count: 1 }, { attributes: here, count: 2 }],
    );
    assertEquals(pointsOf("connection.duration").map(({ count }) => count), [
      2,
    ]);
    const [heartbeats] = pointsOf("heartbeat.duration");
    assertEquals(heartbeats!.attributes, here);
    assert(heartbeats!.count! >= 1);
    const gap = last.get(GAP)!;
    assertEquals([gap.unit, gap.points[0]!.attributes], ["s", here]);
    // In milliseconds it would be 50.
    assert(gap.points[0]!.value > 0 && gap.points[0]!.value < 20);
  });

  await test.step("no secret", () => {
    const exported = JSON.stringify([
      collector.spans(SCOPE),
      collector.metrics(SCOPE),
    ]);
    for (const secret of SECRETS) assert(!exported.includes(secret), secret);
    assert(!collector.text.includes(TOKEN));
  });
});

/**
 * Refuses the first handshake, and drops the next connection when it is asked
 * to. It says "enough" once the collector knows of a gap between heartbeats.
 */
function serveFeed(collector: Collector): Deno.HttpServer<Deno.NetAddr> {
  let handshakes = 0;
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      handshakes += 1;
      if (handshakes === 1) {
        const echoed = `${request.url} ${request.headers.get("authorization")}`;
        return new Response(echoed, { status: 503 });
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      if (handshakes > 2) socket.onopen = () => endLater(socket, collector);
      socket.onmessage = ({ data }) => {
        if (data === "drop me") socket.close(1012, "restart");
        else socket.send(data);
      };
      return response;
    },
  );
}

function endLater(socket: WebSocket, collector: Collector): void {
  collector.onexport = () => {
    if (!lastOf(collector.metrics(SCOPE)).has(GAP)) return;
    collector.onexport = () => {};
    socket.send("enough");
  };
}

async function run(origin: string, collector: Collector): Promise<void> {
  const script = new URL("./instrumented.ts", import.meta.url);
  const url = `${origin}/${PATH}?key=${QUERY}`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check"],
      // Nothing more than without OpenTelemetry.
      ...["--allow-net", "--allow-read"],
      ...[script.href, url, TOKEN],
    ],
    env: {
      NO_COLOR: "1",
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "100",
    },
    signal: AbortSignal.timeout(LIMIT),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

function checkSpan(span: Span): void {
  const { name, kind, parentSpanId, version } = span;
  assertEquals([name, kind, parentSpanId], ["websocket connect", 3, ""]);
  assertEquals(version, VERSION);
  const lasted = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
  assert(lasted > 0n);
}

function checkFailure({ status, events }: Span): void {
  const [{ name, attributes }] = events as [Span["events"][number]];
  assertEquals([events.length, name], [1, "exception"]);
  assertEquals(attributes["exception.type"], "HandshakeError");
  assertEquals(attributes["exception.message"], status.message);
  assertStringIncludes(status.message ?? "", "HTTP status 503");
}

/** The last export of each metric. */
function lastOf(metrics: readonly Metric[]): ReadonlyMap<string, Metric> {
  return new Map(metrics.map((metric) => [metric.name, metric]));
}

/** The points of a metric in the order of their attributes, as exports vary. */
function sorted({ points }: Metric): Metric["points"] {
  const key = ({ attributes }: Metric["points"][number]) =>
    Object.entries(attributes).map(String).sort().join();
  return points.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
}
