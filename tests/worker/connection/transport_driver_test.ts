import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { AT_ONCE, HubClient, setupWith } from "../hub_client.ts";
import { SETUP as SESSION } from "../session/stage.ts";
import { moduleOf } from "../hook_module.ts";

const LOST = { closeCode: 1006, reason: "", wasClean: false };
const OPTIONAL = { ...SESSION, required: false };

Deno.test("TransportDriver.open() ends for good when the platform refuses to try", async () => {
  using client = new HubClient();
  client.transports.refusal = new SyntaxError("bad protocol");
  client.connect();
  assertObjectMatch(await client.next("closed"), {
    cause: "fatal",
    failure: { type: "invalid", detail: "SyntaxError: bad protocol" },
  });
});

Deno.test("TransportDriver.flush() reports what a transport refuses, and sends the rest", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.broken.add("send");
  client.send(1, "a");
  transport.broken.clear();
  client.send(2, "b");
  assertObjectMatch(await client.next("unsent"), { reason: "rejected" });
  assertEquals(transport.sent, ["b"]);
  assertEquals((await client.next("taken")).upTo, 2);
});

Deno.test("TransportDriver.flush() waits for room, and only for that of its socket", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { backoff: AT_ONCE }));
  transport.capacity = false;
  client.send(1, "a", "b");
  assertEquals(transport.sent, ["a"]);
  const made = client.transports.next();
  transport.ends(LOST);
  client.clock.advance(0);
  const second = (await made).opens();
  await client.next("opened");
  transport.drains();
  assertEquals(second.sent, ["b"]);
});

Deno.test("TransportDriver.flush() reports messages as taken when the transport can no longer lose them", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.unwritten = Infinity;
  client.send(1, "a", "b");
  await client.settled();
  assertEquals([transport.sent, client.all("taken")], [["a", "b"], []]);
  transport.unwritten = 0;
  transport.drains();
  assertEquals((await client.next("taken")).upTo, 2);
});

Deno.test("TransportDriver.ended() reports what the transport may have lost when the peer closed", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { backoff: AT_ONCE }));
  transport.unwritten = Infinity;
  client.send(1, "a", "b");
  transport.ends({ closeCode: 1012, reason: "", wasClean: true });
  assertObjectMatch(await client.next("disconnected"), { attempt: 1 });
  assertEquals(
    client.all("unsent").map(({ message, reason }) => `${message} ${reason}`),
    ["1 unknown", "2 unknown"],
  );
  assertEquals(client.all("taken"), []);
});

Deno.test("TransportDriver.ended() reports what may be lost where a session was asked for and there is none", async () => {
  using client = new HubClient(new FakeTransports({ pings: false }));
  const heartbeat = { interval: 5, timeout: 5, deliver: false };
  const transport = await client.open(
    setupWith({ session: OPTIONAL }, { backoff: AT_ONCE, heartbeat }),
  );
  transport.unwritten = Infinity;
  client.send(1, "a");
  await client.settled();
  assertEquals([transport.sent, client.all("taken")], [["a"], []]);
  transport.unwritten = 0;
  transport.drains();
  assertEquals((await client.next("taken")).upTo, 1);
  // It has no pings, so nobody waits for their answers.
  client.clock.advance(100);
  assertEquals([transport.pings, transport.calls], [[], []]);
  transport.unwritten = Infinity;
  client.send(2, "b");
  transport.ends({ closeCode: 1012, reason: "", wasClean: true });
  await client.next("disconnected");
  assertEquals(
    client.all("unsent").map(({ message, reason }) => `${message} ${reason}`),
    ["2 unknown"],
  );
});

Deno.test("TransportDriver.abandon() counts as taken what the transport has, for reconnect()", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { backoff: AT_ONCE }));
  transport.unwritten = Infinity;
  client.send(1, "a");
  client.say({ type: "reconnect", id: 1, reason: "" });
  assertEquals((await client.next("taken")).upTo, 1);
});

Deno.test("TransportDriver.abandon() reports what is not written when the peer answers no ping", async () => {
  using client = new HubClient();
  const heartbeat = { interval: 5, timeout: 5, deliver: false };
  const transport = await client.open(setupWith({}, { heartbeat }));
  transport.unwritten = 1;
  client.send(1, "a", "b");
  client.clock.advance(5);
  client.clock.advance(5);
  assertObjectMatch(await client.next("disconnected"), {
    failure: { type: "heartbeat" },
  });
  assertEquals(client.all("taken").map(({ upTo }) => upTo), [1]);
  assertEquals(
    client.all("unsent").map(({ message, reason }) => `${message} ${reason}`),
    ["2 unknown"],
  );
});

Deno.test("TransportDriver.abandon() waits for closeTimeout, but not for ever", async () => {
  for (
    const [closeTimeout, limit] of [[Infinity, 60_000], [20_000, 20_000]]
  ) {
    using client = new HubClient();
    const setup = setupWith({}, {
      backoff: AT_ONCE,
      closeTimeout: closeTimeout!,
    });
    const transport = await client.open(setup);
    client.say({ type: "reconnect", id: 1, reason: "" });
    await client.next("disconnected");
    client.clock.advance(limit! - 1);
    assertEquals(transport.calls.includes("terminate"), false);
    client.clock.advance(1);
    assertEquals(transport.calls.includes("terminate"), true);
  }
});

Deno.test("TransportDriver.abandon() reports what is not written when the time to close is over", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.unwritten = 1;
  transport.capacity = false;
  client.send(1, "a", "b");
  client.say({ type: "close", id: 1, reason: "", sent: 2 });
  client.clock.advance(setupWith().config.closeTimeout);
  assertObjectMatch(await client.next("closed"), {
    failure: { type: "close-timeout" },
  });
  assertEquals(transport.sent, ["a"]);
  assertEquals(
    client.all("unsent").map(({ message, reason }) => `${message} ${reason}`),
    ["1 unknown", "2 closed"],
  );
  assertEquals(client.all("taken"), []);
});

Deno.test("TransportDriver.flush() keeps for the next connection what comes after the peer's close frame", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { backoff: AT_ONCE }));
  client.send(1, "a");
  transport.startsClosing();
  client.send(2, "b", "c");
  await client.settled();
  assertEquals(transport.sent, ["a"]);
  assertEquals(client.all("taken").at(-1)?.upTo, 1);
  const made = client.transports.next();
  transport.ends({ closeCode: 1012, reason: "", wasClean: true });
  client.clock.advance(0);
  const successor = (await made).opens();
  await client.next("opened");
  await client.settled();
  assertEquals(successor.sent, ["b", "c"]);
  assertEquals(client.all("taken").at(-1)?.upTo, 3);
});

Deno.test("TransportDriver.ping() ends a socket whose transport throws", async () => {
  using client = new HubClient();
  const heartbeat = { interval: 5, timeout: 5, deliver: false };
  const transport = await client.open(setupWith({}, { heartbeat }));
  transport.broken.add("ping");
  client.clock.advance(5);
  assertObjectMatch(await client.next("disconnected"), {
    failure: {
      type: "lost",
      detail: "The transport failed: Error: ping() is broken",
    },
  });
  client.say({ type: "probe", id: 1, request: 1 });
});

Deno.test("TransportDriver.received() lets one answer wait while the peer reads nothing", async () => {
  using client = new HubClient();
  const reply = { to: { kind: "exact", data: "you?" }, with: "me" } as const;
  const heartbeat = { interval: 5_000, timeout: 5, deliver: false, reply };
  const transport = await client.open(setupWith({}, { heartbeat }));
  transport.receives("you?");
  transport.capacity = false;
  for (let n = 0; n < 1_000; n += 1) transport.receives("you?");
  client.send(1, "data");
  assertEquals(transport.sent, ["me", "me"]);
  transport.drains();
  assertEquals(transport.sent, ["me", "me", "me", "data"]);
  transport.drains();
  assertEquals(transport.sent.length, 4);
});

Deno.test("TransportDriver.close() ends all the same when the transport throws", async () => {
  using client = new HubClient();
  const transport = await client.open();
  transport.broken.add("close").add("terminate");
  client.say({ type: "close", id: 1, reason: "", sent: 0 });
  assertObjectMatch(await client.next("closed"), {
    cause: "requested",
    info: LOST,
  });
  assertEquals(transport.calls.at(-1), "terminate");
});

Deno.test("TransportDriver() asks classify() whether to try again", async () => {
  using client = new HubClient();
  const hooks = moduleOf(`export const classify = (ending) => {
    if (ending.status === 418) return "fatal";
    if (ending.closeCode === 4001) return "fatal";
    if (ending.closeCode === 4401) return "retry";
    if (ending.closeCode === 4002) return Promise.resolve("fatal");
  }`);
  const setup = setupWith({ hooks, log: "error" }, {
    backoff: AT_ONCE,
    fatalCloseCodes: [4401],
  });
  const info = (closeCode: number) => ({
    closeCode,
    reason: "",
    wasClean: true,
  });
  for (const [id, code] of [[1, 4401], [2, 4002]] as const) {
    const transport = await client.open(setup, id);
    transport.ends(info(code));
    assertEquals((await client.next("disconnected", id)).info.closeCode, code);
    client.say({ type: "abandon", id });
  }
  assertObjectMatch(client.all("log", 2).at(-1) ?? {}, {
    level: "error",
    message: "The hook classify() failed",
  });
  const transport = await client.open(setup, 3);
  transport.ends(info(4001));
  assertEquals((await client.next("closed", 3)).cause, "fatal");
  const made = client.transports.next();
  client.connect(setup, 4);
  const detail = "teapot";
  (await made).ends(LOST, {
    type: "handshake",
    status: 418,
    headers: {},
    detail,
  });
  assertEquals((await client.next("closed", 4)).cause, "fatal");
});

Deno.test("TransportDriver() makes no attempt after a close code that its transport calls final", async () => {
  using client = new HubClient();
  client.transports.finalCloseCodes = [4413];
  const hooks = moduleOf(`export const classify = () => "retry";`);
  const info = { closeCode: 4413, reason: "", wasClean: true };
  (await client.open(setupWith({}, { backoff: AT_ONCE }), 1)).ends(info);
  assertEquals((await client.next("closed", 1)).cause, "fatal");
  const asked = setupWith({ hooks }, { backoff: AT_ONCE });
  (await client.open(asked, 2)).ends(info);
  assertEquals((await client.next("disconnected", 2)).info, info);
  client.say({ type: "abandon", id: 2 });
});

Deno.test("TransportDriver() logs each message at the level debug", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({ log: "debug" }));
  transport.receives("in");
  client.send(1, "out");
  await client.settled();
  const lines = client.all("log").map(({ message, fields }) =>
    `${message} ${fields.head}`
  );
  assert(lines.includes("< 2 B in") && lines.includes("> 3 B out"));
});

Deno.test("TransportDriver() sends no ping frames over a transport that has none", async () => {
  using client = new HubClient(new FakeTransports({ pings: false }));
  const transport = await client.open();
  client.say({ type: "probe", id: 1, request: 1 });
  assertEquals((await client.next("probed")).result, { kind: "unsupported" });
  assertEquals(transport.pings, []);
});

Deno.test("TransportDriver() logs once that a transport cannot pause, where the inbox depends on it", async () => {
  const warnings = async (overflow: "pause" | "drop-oldest") => {
    using client = new HubClient(new FakeTransports({ pauses: false }));
    const { inbox } = setupWith().config;
    const setup = setupWith({ log: "info" }, {
      backoff: AT_ONCE,
      inbox: { ...inbox, overflow },
    });
    const transport = await client.open(setup);
    const successor = client.transports.next();
    transport.ends();
    client.clock.advance(0);
    (await successor).opens();
    await client.next("opened");
    const messages = client.all("log").map(({ message }) => message);
    return messages.filter((message) => message.includes("cannot pause"));
  };
  assertEquals((await warnings("pause")).length, 1);
  assertEquals(await warnings("drop-oldest"), []);
});
