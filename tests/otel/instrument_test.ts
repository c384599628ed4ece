import { assertEquals } from "@std/assert";
import {
  ConnectError,
  ConnectionLostError,
  ReconnectError,
} from "../../lib/client/errors/mod.ts";
import {
  instrument,
  Instrumentation,
  type InstrumentOptions,
} from "../../lib/otel/instrument.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { FakeSocket } from "./fake_socket.ts";
import { FakeMeter, FakeTracer } from "./fake_telemetry.ts";

const INIT = { retryable: true };
const LOST = new ConnectionLostError("Gone", INIT);
const REFUSED = new ConnectError("No", { ...INIT, kind: "refused" });

const SERVER = {
  "server.address": "example.com",
  "server.port": 443,
  "url.scheme": "wss",
};

Deno.test("instrument() measures attempts and connections from start to end", () => {
  const { socket, tracer, meter, clock } = makeInstrumented();
  socket.connect(1);
  clock.advance(100);
  socket.lose(REFUSED);
  socket.connect(2);
  clock.advance(200);
  socket.open();
  clock.advance(5_000);
  socket.lose(LOST);
  socket.connect(1);
  socket.become("closing");
  // The attempt ends before the closing handshake does.
  assertEquals(tracer.outcomes, ["failed", "open", "abandoned"]);
  socket.end("requested", { closeCode: 1005 });
  assertEquals(meter.points("holdfast.attempt.duration"), [
    [0.1, { ...SERVER, "error.type": "ConnectError" }],
    [0.2, SERVER],
  ]);
  assertEquals(meter.points("holdfast.connection.duration"), [
    [5, { ...SERVER, "error.type": "ConnectionLostError" }],
  ]);
  const series = "example.com 443 wss";
  assertEquals(meter.sums("holdfast.connection.attempts"), { [series]: 3 });
  assertEquals(meter.sums("holdfast.connection.opens"), { [series]: 1 });
  assertEquals(meter.sums("holdfast.connection.disconnects"), { [series]: 2 });
});

Deno.test("instrument() counts sockets by their state", () => {
  const { socket, meter } = makeInstrumented();
  const states = () =>
    Object.keys(meter.sums("holdfast.connection.count")).map((series) =>
      series.split(" ").at(-1)
    );
  assertEquals(states(), ["connecting"]);
  socket.connect();
  socket.open();
  assertEquals(states(), ["open"]);
  socket.lose();
  assertEquals(states(), ["waiting"]);
  socket.become("closing");
  assertEquals(states(), ["closing"]);
  socket.end("requested");
  assertEquals(states(), []);
});

Deno.test("instrument() reports the last error when no attempt is left", () => {
  const exhausted = { ...INIT, attempts: 1, elapsed: 0 };
  const failing = makeInstrumented();
  failing.socket.connect();
  failing.socket.end("exhausted", {
    error: new ReconnectError("Enough", { ...exhausted, cause: REFUSED }),
  });
  const [span] = failing.tracer.spans;
  assertEquals(span!.attributes["error.type"], "ConnectError");
  assertEquals(span!.status?.message, "No");
  const losing = makeInstrumented();
  losing.socket.connect();
  losing.socket.open();
  losing.socket.end("exhausted", {
    error: new ReconnectError("Enough", { ...exhausted, cause: LOST }),
  });
  assertEquals(losing.meter.points("holdfast.connection.duration"), [
    [0, { ...SERVER, "error.type": "ConnectionLostError" }],
  ]);
});

Deno.test("instrument() reports a connection that a fatal close code has ended", () => {
  const { socket, meter, clock } = makeInstrumented();
  // An earlier error has nothing to do with this end.
  socket.connect();
  socket.lose(REFUSED);
  socket.connect();
  socket.open();
  clock.advance(1_000);
  socket.end("fatal", { closeCode: 4404 });
  assertEquals(meter.points("holdfast.connection.duration"), [
    [1, { ...SERVER, "error.type": "ConnectionClosedError" }],
  ]);
});

Deno.test("instrument() reports heartbeats and drops", () => {
  const { socket, meter } = makeInstrumented();
  socket.connect();
  socket.open();
  socket.heartbeat(12.5);
  socket.drop({
    count: 3,
    bytes: 30,
    direction: "outbound",
    reason: "expired",
  });
  socket.drop({
    count: 1,
    bytes: 4,
    direction: "inbound",
    reason: "overflow",
  });
  assertEquals(meter.points("holdfast.heartbeat.duration"), [[0.0125, SERVER]]);
  const series = "example.com 443 wss";
  assertEquals(meter.sums("holdfast.drop.messages"), {
    [`${series} transmit expired`]: 3,
    [`${series} receive overflow`]: 1,
  });
  assertEquals(meter.sums("holdfast.drop.size"), {
    [`${series} transmit expired`]: 30,
    [`${series} receive overflow`]: 4,
  });
});

Deno.test("instrument() reads the metrics that have no event before an export", () => {
  const { socket, meter } = makeInstrumented();
  socket.connect();
  socket.open();
  socket.count({ sent: { messages: 2, bytes: 9 }, inbox: 1 });
  assertEquals(meter.sums("holdfast.transfer.messages"), {});
  assertEquals(meter.collect(), []);
  const series = "example.com 443 wss";
  assertEquals(meter.sums("holdfast.transfer.messages"), {
    [`${series} transmit`]: 2,
  });
  assertEquals(meter.sums("holdfast.inbox.message.count"), { [series]: 1 });
  socket.count({ longestHeartbeatGap: 20_100 });
  assertEquals(meter.collect(), [[20.1, SERVER]]);
});

Deno.test("instrument() waits with its counts until the server is known", () => {
  const { socket, meter, tracer } = makeInstrumented({}, (socket) => {
    socket.url = "";
  });
  socket.connect();
  assertEquals(meter.collect(), []);
  assertEquals(meter.sums("holdfast.connection.attempts"), {});
  socket.url = "ws://later.example:8080/";
  socket.open();
  const series = "later.example 8080 ws";
  assertEquals(meter.sums("holdfast.connection.attempts"), { [series]: 1 });
  assertEquals(tracer.spans[0]!.attributes["server.port"], 8080);
  assertEquals(meter.sums("holdfast.connection.count"), {
    [`${series} open`]: 1,
  });
});

Deno.test("instrument() adds attributes to all reports", () => {
  const attributes = { "app.feed": "prices" };
  const { socket, tracer, meter } = makeInstrumented({ attributes });
  socket.connect();
  socket.open();
  socket.count({ longestHeartbeatGap: 1_000 });
  assertEquals(tracer.spans[0]!.attributes["app.feed"], "prices");
  assertEquals(meter.points("holdfast.attempt.duration")[0]![1], {
    ...SERVER,
    ...attributes,
  });
  assertEquals(meter.collect(), [[1, { ...SERVER, ...attributes }]]);
});

Deno.test("instrument() adds up sockets that share their attributes", () => {
  const meter = new FakeMeter();
  const sockets = [new FakeSocket(), new FakeSocket()];
  for (const socket of sockets) {
    instrument(socket, { meter, tracer: new FakeTracer() });
    socket.connect();
    socket.open();
    socket.count({ sent: { messages: 5, bytes: 0 } });
  }
  meter.collect();
  sockets[0]!.end("requested");
  const series = "example.com 443 wss";
  assertEquals(meter.sums("holdfast.transfer.messages"), {
    [`${series} transmit`]: 10,
  });
  assertEquals(meter.sums("holdfast.connection.count"), {
    [`${series} open`]: 1,
  });
});

Deno.test("instrument() leaves nothing behind at the end of a socket", () => {
  const { socket, meter, tracer } = makeInstrumented();
  socket.connect();
  socket.count({ outbox: { messages: 1, bytes: 1 } });
  meter.collect();
  assertEquals([meter.callbacks.size, socket.listeners], [1, 6]);
  socket.become("closing");
  socket.count({ sent: { messages: 1, bytes: 1 } });
  socket.end("requested");
  assertEquals([meter.callbacks.size, socket.listeners], [0, 0]);
  assertEquals(tracer.spans.map(({ ends }) => ends), [1]);
  assertEquals(meter.sums("holdfast.outbox.message.count"), {});
  assertEquals(meter.sums("holdfast.connection.count"), {});
  // The last message was counted too.
  assertEquals(Object.values(meter.sums("holdfast.transfer.messages")), [1]);
});

Deno.test("instrument() can be disposed early and twice, and leaves the socket alone", () => {
  const { socket, meter, tracer, instrumentation } = makeInstrumented();
  socket.connect();
  instrumentation[Symbol.dispose]();
  assertEquals([meter.callbacks.size, socket.listeners], [0, 0]);
  assertEquals(tracer.outcomes, ["abandoned"]);
  socket.open();
  socket.connect();
  instrumentation[Symbol.dispose]();
  assertEquals(Object.values(meter.sums("holdfast.connection.attempts")), [1]);
  assertEquals(tracer.spans.length, 1);
  assertEquals(meter.sums("holdfast.connection.count"), {});
});

Deno.test("instrument() reports nothing of a socket that has ended", () => {
  const { socket, meter, tracer } = makeInstrumented({}, (socket) => {
    socket.connect();
    socket.end("requested");
  });
  assertEquals([meter.callbacks.size, socket.listeners], [0, 0]);
  assertEquals([tracer.spans, meter.sums("holdfast.connection.count")], [
    [],
    {},
  ]);
});

Deno.test("instrument() does not measure an attempt that was already under way", () => {
  const { socket, meter, tracer } = makeInstrumented({}, (socket) => {
    socket.connect();
  });
  socket.open();
  assertEquals([tracer.spans, meter.points("holdfast.attempt.duration")], [
    [],
    [],
  ]);
  assertEquals(meter.sums("holdfast.connection.attempts"), {});
  assertEquals(Object.values(meter.sums("holdfast.connection.opens")), [1]);
});

Deno.test("instrument() needs no SDK", () => {
  const socket = new FakeSocket();
  instrument(socket);
  socket.connect();
  socket.lose(REFUSED);
  socket.end("requested");
  assertEquals(socket.listeners, 0);
});

function makeInstrumented(
  options: InstrumentOptions = {},
  before: (socket: FakeSocket) => void = () => {},
) {
  const socket = new FakeSocket();
  const meter = new FakeMeter();
  const tracer = new FakeTracer();
  const clock = new ManualClock();
  before(socket);
  const instrumentation = new Instrumentation(
    socket,
    { meter, tracer, ...options },
    clock,
  );
  return { socket, meter, tracer, clock, instrumentation };
}
