import { assertEquals } from "@std/assert";
import { createInstruments } from "../../lib/otel/instruments.ts";
import { MetricsReporter } from "../../lib/otel/metrics_reporter.ts";
import { FakeSocket } from "./fake_socket.ts";
import { FakeMeter } from "./fake_telemetry.ts";

const HERE = { "server.address": "here" };
const THERE = { "server.address": "there" };

Deno.test("MetricsReporter adds to each counter what its metric has grown", () => {
  const { meter, socket, reporter } = makeReporter();
  socket.count({
    attempts: 3,
    opens: 2,
    disconnects: 1,
    sent: { messages: 10, bytes: 100 },
    received: { messages: 20, bytes: 200 },
  });
  reporter.update(socket.metrics(), HERE);
  reporter.update(socket.metrics(), HERE);
  socket.count({ opens: 3, sent: { messages: 11, bytes: 105 } });
  reporter.update(socket.metrics(), THERE);
  assertEquals(meter.sums("holdfast.connection.attempts"), { here: 3 });
  assertEquals(meter.sums("holdfast.connection.opens"), { here: 2, there: 1 });
  assertEquals(meter.sums("holdfast.connection.disconnects"), { here: 1 });
  assertEquals(meter.sums("holdfast.transfer.messages"), {
    "here transmit": 10,
    "here receive": 20,
    "there transmit": 1,
  });
  assertEquals(meter.sums("holdfast.transfer.size"), {
    "here transmit": 100,
    "here receive": 200,
    "there transmit": 5,
  });
});

Deno.test("MetricsReporter counts nothing from before, and nothing twice", () => {
  const before = { messages: 7, bytes: 70 };
  const { meter, socket, reporter } = makeReporter(before);
  for (const messages of [9, 8, 9, 10]) {
    socket.count({ sent: { messages, bytes: 70 } });
    reporter.update(socket.metrics(), HERE);
  }
  assertEquals(meter.sums("holdfast.transfer.messages"), {
    "here transmit": 3,
  });
  assertEquals(meter.sums("holdfast.transfer.size"), {});
});

Deno.test("MetricsReporter reports the queues until the end", () => {
  const { meter, socket, reporter } = makeReporter();
  socket.count({ outbox: { messages: 2, bytes: 20 }, inbox: 4 });
  reporter.update(socket.metrics(), HERE);
  socket.count({ outbox: { messages: 1, bytes: 5 } });
  reporter.update(socket.metrics(), HERE);
  const names = ["outbox.message.count", "outbox.size", "inbox.message.count"];
  const read = () => names.map((name) => meter.sums(`holdfast.${name}`));
  assertEquals(read(), [{ here: 1 }, { here: 5 }, { here: 4 }]);
  reporter.end();
  assertEquals(read(), [{}, {}, {}]);
});

function makeReporter(sent = { messages: 0, bytes: 0 }) {
  const meter = new FakeMeter();
  const socket = new FakeSocket();
  socket.count({ sent });
  const instruments = createInstruments(meter);
  return {
    meter,
    socket,
    reporter: new MetricsReporter(instruments, socket.metrics()),
  };
}
