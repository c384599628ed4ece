import { assertEquals } from "@std/assert";
import { observeSessions } from "../../../lib/otel/server/sessions.ts";
import { SessionServer } from "../../../lib/server/mod.ts";
import { KEY } from "../../server/listening.ts";
import { FakeSessionMeter } from "./fake_session_meter.ts";

const COUNTERS = {
  ...{ connections: 3, sessions: 4, opened: 5, resumed: 6, lost: 7, ended: 8 },
  ...{ accepted: 9, redelivered: 10, failed: 11, stored: 12, rejected: 13 },
  ...{ dropped: 14, terminated: 15, storeFailures: 16, detached: 1 },
  ...{ takenOver: 17, fenced: 18, replied: 19 },
};

Deno.test("observeSessions() reports all counters, with attributes", () => {
  const meter = new FakeSessionMeter();
  const sessions = {
    metrics: () => ({ ...COUNTERS, closed: { 4400: 1, 4409: 2 } }),
  };
  const attributes = { "app.node": "a" };
  using observing = observeSessions(sessions, { meter, attributes });
  assertEquals(meter.read(), {
    "holdfast.session.connection.count a": 3,
    "holdfast.session.count a attached": 3,
    "holdfast.session.count a detached": 1,
    "holdfast.session.events a opened": 5,
    "holdfast.session.events a resumed": 6,
    "holdfast.session.events a taken_over": 17,
    "holdfast.session.events a fenced": 18,
    "holdfast.session.events a lost": 7,
    "holdfast.session.events a ended": 8,
    "holdfast.session.messages a accepted": 9,
    "holdfast.session.messages a redelivered": 10,
    "holdfast.session.messages a failed": 11,
    "holdfast.session.messages a stored": 12,
    "holdfast.session.messages a replied": 19,
    "holdfast.session.messages a rejected": 13,
    "holdfast.session.messages a dropped": 14,
    "holdfast.session.connection.terminations a": 15,
    "holdfast.session.store.failures a": 16,
    "holdfast.session.connection.closes a 4400": 1,
    "holdfast.session.connection.closes a 4409": 2,
  });
  observing[Symbol.dispose]();
  assertEquals(meter.read(), {});
});

Deno.test("observeSessions() reads a SessionServer", async () => {
  await using sessions = new SessionServer({
    key: KEY,
    authenticate: () => "ann",
    handler: { message() {} },
  });
  const meter = new FakeSessionMeter();
  using _observing = observeSessions(sessions, { meter, attributes: {} });
  assertEquals(meter.read()["holdfast.session.count detached"], 0);
});
