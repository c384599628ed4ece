import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import type { Config } from "../../../lib/connection/config/config.ts";
import type { InboxConfig } from "../../../lib/queue/inbox.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { AT_ONCE, HubClient, setupWith } from "../hub_client.ts";

const GREETING = {
  reject: [],
  timeout: 1_000,
  hook: false,
  expect: { kind: "exact", data: "welcome" },
} as const;
const HEARTBEAT = { interval: 60_000, timeout: 1_000, deliver: false };

function inboxOf(
  overflow: InboxConfig["overflow"],
  maxMessages = 4,
): InboxConfig {
  return { maxMessages, maxBytes: 1_000, overflow };
}

async function greeting(
  client: HubClient,
  inbox: InboxConfig,
  config: Partial<Config> = {},
) {
  const made = client.transports.next();
  client.connect(
    setupWith({}, { inbox, greeting: GREETING, backoff: AT_ONCE, ...config }),
  );
  return (await made).opens();
}

Deno.test("Driver() pauses a transport at the bound, once", async () => {
  using client = new HubClient();
  const transport = await client.open(
    setupWith({}, { inbox: inboxOf("pause") }),
  );
  transport.receives("a", "b", "c", "d", "e");
  assertEquals(transport.calls, ["pause"]);
  await client.settled();
  assertEquals(transport.calls, ["pause", "resume"]);
});

Deno.test("Driver() ends a connection that it cannot pause", async () => {
  using client = new HubClient(new FakeTransports({ pauses: false }));
  const transport = await client.open(
    setupWith({}, { inbox: inboxOf("pause") }),
  );
  transport.receives("a", "b", "c", "d");
  const lost = await client.next("disconnected");
  assertObjectMatch(lost, {
    after: 4,
    failure: { type: "inbox-overflow", messages: 4, bytes: 4 },
  });
  await client.settled();
  assertEquals(client.messages(), ["a", "b", "c", "d"]);
});

Deno.test("Driver() ends a connection whose rule is to close", async () => {
  using client = new HubClient();
  const transport = await client.open(
    setupWith({}, { inbox: inboxOf("close") }),
  );
  transport.receives("a", "b", "c", "d", "e", "f");
  const lost = await client.next("disconnected");
  assertEquals([lost.after, lost.failure?.type], [4, "inbox-overflow"]);
  assertObjectMatch(client.all("dropped")[0] ?? {}, { count: 1 });
});

Deno.test("Driver() counts what it drops under either rule", async () => {
  for (
    const [overflow, kept, upTo, next] of [
      ["drop-oldest", ["c", "d", "e", "f"], 2, 7],
      ["drop-newest", ["a", "b", "c", "d"], 0, 5],
    ] as const
  ) {
    using client = new HubClient();
    const inbox = inboxOf(overflow);
    const transport = await client.open(setupWith({}, { inbox }));
    transport.receives("a", "b", "c", "d", "e", "f");
    await client.settled();
    assertEquals(client.messages(), kept);
    assertEquals(client.all("dropped"), [
      { type: "dropped", id: 1, upTo, reason: "overflow", count: 2, bytes: 2 },
    ]);
    transport.receives("g");
    await client.settled();
    assertEquals(client.batches().at(-1)?.first, next);
  }
});

Deno.test("Driver() holds what comes before the welcome, within bounds", async () => {
  using client = new HubClient();
  const transport = await greeting(client, inboxOf("pause", 2));
  transport.receives("a", "b", "c");
  assert(transport.isPaused);
  transport.receives("welcome");
  await client.next("opened");
  await client.settled();
  assert(!transport.isPaused);
  assertEquals(client.messages(), ["a", "b", "c"]);
});

Deno.test("Driver() drops or closes before the welcome as it does after it", async () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    using client = new HubClient();
    const transport = await greeting(client, inboxOf(overflow, 1));
    transport.receives("a", "b", "welcome");
    await client.next("opened");
    await client.settled();
    assertEquals(client.messages(), [overflow === "drop-oldest" ? "b" : "a"]);
    assertObjectMatch(client.all("dropped")[0] ?? {}, {
      count: 1,
      reason: "overflow",
    });
  }
  using client = new HubClient();
  const transport = await greeting(client, inboxOf("close", 1));
  transport.receives("a", "b");
  const lost = await client.next("disconnected");
  assertEquals(lost.failure?.type, "inbox-overflow");
});

Deno.test("Driver() ends after a greeting that is rejected", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  const reject = [{ kind: "exact", data: "Token Expired" }] as const;
  client.connect(setupWith({}, { greeting: { ...GREETING, reject } }));
  const transport = (await made).opens();
  transport.receives("Token Expired");
  assertObjectMatch(await client.next("closed"), {
    failure: {
      type: "authentication",
      detail: 'The server answered "Token Expired"',
    },
  });
});

Deno.test("Driver() reports what an attempt left that was given up", async () => {
  using client = new HubClient();
  const transport = await greeting(client, inboxOf("pause"));
  transport.receives("lost");
  const made = client.transports.next();
  client.say({ type: "reconnect", id: 1, reason: "" });
  (await made).opens().receives("kept", "welcome");
  await client.next("opened");
  await client.settled();
  assertEquals(client.messages(), ["kept"]);
  assertObjectMatch(client.all("dropped")[0] ?? {}, {
    reason: "unopened",
    count: 1,
    bytes: 4,
  });
});

Deno.test("Driver() reports what a failed attempt left", async () => {
  using client = new HubClient();
  const transport = await greeting(client, inboxOf("pause"));
  transport.receives("lost");
  transport.ends();
  await client.next("disconnected");
  const types = client.of(1).map(({ type }) => type);
  assert(types.indexOf("dropped") < types.indexOf("disconnected"));
});

Deno.test("Driver() keeps answers and pings from the application", async () => {
  using client = new HubClient();
  const heartbeat = {
    ...HEARTBEAT,
    interval: 5,
    message: "ping",
    expect: { kind: "exact", data: "pong" },
    reply: { to: { kind: "exact", data: "you?" }, with: "me" },
  } as const;
  const transport = await client.open(setupWith({}, { heartbeat }));
  client.clock.advance(5);
  assertEquals(transport.sent, ["ping"]);
  transport.receives("pong", "you?", "data");
  await client.next("heartbeat");
  await client.settled();
  assertEquals(client.messages(), ["data"]);
  assert(transport.sent.includes("me"));
});

Deno.test("Driver() delivers answers that the application wants", async () => {
  using client = new HubClient();
  const heartbeat = {
    ...HEARTBEAT,
    deliver: true,
    expect: { kind: "exact", data: "pong" },
  } as const;
  const transport = await client.open(setupWith({}, { heartbeat }));
  transport.receives("pong");
  await client.settled();
  assertEquals(client.messages(), ["pong"]);
});

Deno.test("Driver() loses no message to a hook that throws", async () => {
  using client = new HubClient();
  const hooks = `data:text/javascript,${
    encodeURIComponent("export const isPong = () => { throw new Error('x') }")
  }`;
  const heartbeat = { ...HEARTBEAT, expect: { hook: true } } as const;
  const transport = await client.open(
    setupWith({ hooks }, { heartbeat }),
  );
  transport.receives("data");
  const lost = await client.next("disconnected");
  assertEquals(lost.after, 1);
  assertObjectMatch(lost, { failure: { type: "provider", name: "isPong" } });
  assertEquals(client.messages(), ["data"]);
});

Deno.test("Driver() takes bytes after a message for a sign of life", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { idleTimeout: 50 }));
  client.clock.advance(20);
  transport.receives("x");
  transport.progress += 1;
  // At the first deadline it is seen that something came meanwhile.
  client.clock.advance(30 + 49);
  await client.settled();
  assertEquals(client.all("disconnected"), []);
  client.clock.advance(1);
  const lost = await client.next("disconnected");
  assertEquals(lost.failure, { type: "heartbeat", kind: "idle", timeout: 50 });
});

Deno.test("Driver() counts from the latest message", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { idleTimeout: 200 }));
  client.clock.advance(20);
  transport.receives("x");
  client.clock.advance(199);
  await client.settled();
  assertEquals(client.all("disconnected"), []);
  client.clock.advance(1);
  await client.next("disconnected");
});

Deno.test("Driver() delivers nothing while closing", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.say({ type: "close", id: 1, reason: "", sent: 0 });
  transport.receives("late");
  transport.ends();
  await client.next("closed");
  assertEquals(client.messages(), []);
});
