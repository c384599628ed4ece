import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertObjectMatch,
} from "@std/assert";
import { RECEIVE_WINDOW_MESSAGES } from "../../../lib/boundary/protocol.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { AT_ONCE, HubClient, setupWith } from "../hub_client.ts";

Deno.test("Driver() posts each step of an opening, in order", async () => {
  using client = new HubClient();
  await client.open();
  assertEquals(client.of(1), [
    {
      type: "status",
      id: 1,
      after: 0,
      status: { kind: "connecting", attempt: 1 },
    },
    {
      type: "opened",
      id: 1,
      after: 0,
      status: { kind: "open", attempt: 1 },
      url: "ws://localhost/",
      protocol: "p",
      extensions: "x",
      reconnected: false,
      transport: "ws",
    },
  ]);
});

Deno.test("Driver.start() stays idle without autoConnect, until reconnect", async () => {
  using client = new HubClient();
  client.connect(setupWith({ autoConnect: false }));
  assertEquals((await client.next("status")).status, {
    kind: "idle",
    attempt: 0,
  });
  const made = client.transports.next();
  client.say({ type: "reconnect", id: 1, reason: "" });
  (await made).opens();
  await client.next("opened");
});

Deno.test("Driver.command() sends, and takes back what is still there", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.capacity = false;
  client.send(1, "a", "b", "c");
  client.say({ type: "cancel", id: 1, message: 2 });
  assertEquals(await client.next("unsent"), {
    type: "unsent",
    id: 1,
    message: 2,
    reason: "aborted",
  });
  transport.drains();
  await client.settled();
  assertEquals(transport.sent, ["a", "c"]);
  assertEquals(client.all("taken").at(-1)?.upTo, 3);
});

Deno.test("Driver.command() drains before it closes, and reads on meanwhile", async () => {
  using client = new HubClient();
  const inbox = { maxMessages: 1, maxBytes: 100, overflow: "pause" } as const;
  const transport = await client.open(setupWith({}, { inbox }));
  transport.receives("x");
  assert(transport.isPaused);
  transport.capacity = false;
  client.send(1, "a", "b");
  client.say({ type: "close", id: 1, closeCode: 3001, reason: "r", sent: 3 });
  assert(!transport.isPaused);
  transport.receives("not delivered");
  transport.drains();
  assert(!transport.calls.includes("close 3001 r"));
  client.send(3, "c");
  assertEquals(transport.sent, ["a", "b", "c"]);
  assertEquals(transport.calls.at(-1), "close 3001 r");
  transport.ends({ closeCode: 3001, reason: "r", wasClean: true });
  const closed = await client.next("closed");
  assertObjectMatch(closed, { cause: "requested", info: { closeCode: 3001 } });
  assertEquals(client.messages(), []);
  assertObjectMatch(client.all("dropped")[0] ?? {}, { count: 1 });
});

Deno.test("Driver.command() posts `unsent` before `closed`, and nothing after it", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { closeTimeout: 20 }));
  transport.capacity = false;
  client.send(1, "a", "b", "c");
  client.say({ type: "close", id: 1, reason: "", sent: 3 });
  client.clock.advance(20);
  const closed = await client.next("closed");
  assertEquals(closed.failure, { type: "close-timeout", timeout: 20 });
  await client.settled();
  const types = client.of(1).map(({ type }) => type);
  assertEquals(types.slice(-4), ["status", "unsent", "unsent", "closed"]);
  assertEquals(transport.calls.at(-1), "terminate");
});

Deno.test("Driver.command() ignores what crossed the end", async () => {
  using client = new HubClient();
  client.acknowledges = false;
  const transport = await client.open();
  transport.receives("kept");
  transport.ends({ closeCode: 4401, reason: "", wasClean: true }, {
    type: "invalid",
    detail: "fatal",
  });
  client.say(
    {
      type: "send",
      id: 1,
      first: 1,
      messages: ["late"],
      ttls: [60_000],
    },
    { type: "probe", id: 1, request: 1 },
    { type: "reconnect", id: 1, reason: "" },
    { type: "close", id: 1, reason: "", sent: 0 },
    {
      type: "answer",
      id: 1,
      request: 1,
      answer: { kind: "value", value: "" },
    },
  );
  client.acknowledges = true;
  client.say({ type: "ack" }, { type: "ack" }, { type: "ack" });
  await client.next("closed");
  await client.settled();
  assertEquals(client.of(1).map(({ type }) => type).slice(-2), [
    "closed",
    "messages",
  ]);
});

Deno.test("Driver() delivers what came before a fatal end, credit or not", async () => {
  using client = new HubClient();
  const inbox = { maxMessages: 1e5, maxBytes: 1e9, overflow: "pause" } as const;
  const transport = await client.open(setupWith({}, { inbox }));
  const messages = Array.from(
    { length: 2 * RECEIVE_WINDOW_MESSAGES + 5 },
    (_, index) => `${index}`,
  );
  transport.receives(...messages);
  transport.ends(undefined, { type: "invalid", detail: "" });
  const closed = await client.next("closed");
  assertEquals(closed.after, messages.length);
  while (client.messages().length < messages.length) await client.settled();
  assertEquals(client.messages(), messages);
});

Deno.test("Driver() reports what a requested end drops before it ends", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.acknowledges = false;
  transport.receives("a", "b");
  client.say({ type: "close", id: 1, reason: "", sent: 0 });
  transport.receives("c");
  transport.ends();
  await client.next("closed");
  const types = client.of(1).slice(-3).map(({ type }) => type);
  assertEquals(types, ["status", "dropped", "closed"]);
  assertObjectMatch(client.all("dropped")[0] ?? {}, {
    count: 2,
    reason: "closed",
    upTo: 2,
  });
});

Deno.test("Driver.command() abandons and posts nothing", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.capacity = false;
  client.send(1, "a", "b");
  transport.receives("c");
  const before = client.of(1).length;
  client.say({ type: "abandon", id: 1 });
  transport.ends();
  await client.settled();
  assertEquals(transport.calls, ["terminate"]);
  assertEquals(client.of(1).length, before);
});

Deno.test("Driver() lets messages expire while nobody takes them", async () => {
  using client = new HubClient();
  client.connect();
  client.say({
    type: "send",
    id: 1,
    first: 1,
    messages: ["a", "b"],
    ttls: [5, Infinity],
  });
  client.clock.advance(5);
  assertObjectMatch(await client.next("unsent"), {
    message: 1,
    reason: "expired",
  });
});

Deno.test("Driver() pings, reports answers, and gives up a silent peer", async () => {
  using client = new HubClient();
  const heartbeat = { interval: 5, timeout: 20, deliver: false };
  const transport = await client.open(
    setupWith({}, { heartbeat, backoff: AT_ONCE, closeTimeout: 10 }),
  );
  client.clock.advance(5);
  client.clock.advance(3);
  transport.pongs("99.1");
  transport.pongs(`${transport.pings[0]}`);
  assertObjectMatch(await client.next("heartbeat"), {
    latency: 3,
    longestGap: 0,
  });
  const made = client.transports.next();
  client.clock.advance(30);
  const lost = await client.next("disconnected");
  assertEquals(lost.failure, { type: "heartbeat", kind: "ping", timeout: 20 });
  assertEquals(transport.calls, [
    "resume",
    "close 1011 keepalive ping timeout",
  ]);
  (await made).opens();
  assertObjectMatch(await client.next("opened"), {
    reconnected: true,
    status: { attempt: 2 },
  });
  client.clock.advance(10);
  assertEquals(transport.calls.at(-1), "terminate");
});

Deno.test("Driver() keeps a connection while the platform holds back what it sent", async () => {
  using client = new HubClient(new FakeTransports({ pings: false }));
  const heartbeat = {
    interval: 1_000,
    timeout: 500,
    deliver: false,
    message: "ping",
  };
  const transport = await client.open(setupWith({}, { heartbeat }));
  client.clock.advance(1_000);
  transport.bufferedAmount = 6;
  client.clock.advance(10_000);
  assertEquals(transport.calls, []);
  transport.bufferedAmount = 0;
  client.clock.advance(700);
  assertObjectMatch(await client.next("disconnected"), {
    failure: { type: "heartbeat", kind: "ping", timeout: 500 },
  });
});

Deno.test("Driver.command() probes in any state", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  client.connect();
  await made;
  client.say({ type: "probe", id: 1, request: 1 });
  assertEquals((await client.next("probed")).result, { kind: "not-open" });
  const transport = await client.open(setupWith({}, { probeTimeout: 20 }), 2);
  client.say({ type: "probe", id: 2, request: 2 });
  transport.pongs(`${transport.pings[0]}`);
  assertEquals((await client.next("probed", 2)).result.kind, "latency");
  client.say({ type: "probe", id: 2, request: 3 });
  client.clock.advance(20);
  assertEquals((await client.next("probed", 2)).result, {
    kind: "failure",
    failure: { type: "heartbeat", kind: "probe", timeout: 20 },
  });
});

Deno.test("Driver.command() reconnects, and ignores the old socket", async () => {
  using client = new HubClient();
  const old = await client.open();
  const made = client.transports.next();
  client.say({ type: "reconnect", id: 1, reason: "why" });
  assertEquals(old.calls, ["resume", "close 1000 why"]);
  const transport = await made;
  assertNotStrictEquals(transport, old);
  old.receives("late");
  old.drains();
  old.pongs("1.1");
  transport.opens();
  assertEquals((await client.next("opened")).status.attempt, 1);
  old.ends(undefined, { type: "invalid", detail: "late" });
  transport.receives("new");
  await client.settled();
  assertEquals(client.messages(), ["new"]);
  assertEquals(client.all("closed"), []);
});

Deno.test("Driver() closes a late open of an attempt that was given up", async () => {
  using client = new HubClient();
  const first = client.transports.next();
  client.connect();
  const early = await first;
  const second = client.transports.next();
  client.say({ type: "reconnect", id: 1, reason: "" });
  assertEquals(early.calls, ["terminate"]);
  early.opens();
  await client.settled();
  assertEquals(client.all("opened"), []);
  (await second).opens();
  await client.next("opened");
});
