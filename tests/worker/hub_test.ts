import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import {
  type Command,
  PROTOCOL_VERSION,
  RECEIVE_WINDOW_MESSAGES,
} from "../../lib/boundary/protocol.ts";
import { POST_WINDOW } from "../../lib/boundary/post_window.ts";
import { batchesOf } from "../../lib/boundary/batches.ts";
import { HubClient, setupWith } from "./hub_client.ts";

const LARGE = { maxMessages: 1e6, maxBytes: 1e9, overflow: "pause" } as const;

Deno.test("Hub() says first that it is ready, and answers a watch", async () => {
  using client = new HubClient();
  client.say({ type: "watch" });
  await client.settled();
  assertEquals(client.notices[0], { type: "ready", version: PROTOCOL_VERSION });
  assertEquals(client.notices[1], { type: "alive" });
});

Deno.test("Hub() says in its second post again that it is ready, as Deno may lose the first one", async () => {
  using client = new HubClient();
  await client.settled();
  for (let watch = 0; watch < 2; watch += 1) {
    client.say({ type: "watch" });
    await client.settled();
  }
  const types = client.posts.map((post) => post.map(({ type }) => type));
  assertEquals(types, [["ready"], ["ready", "alive"], ["alive"]]);
});

Deno.test("Hub() shows each second that it runs, where it posts nothing else", async () => {
  using client = new HubClient();
  await client.open();
  const ticks = async (count: number) => {
    const before = client.posts.length;
    for (let tick = 0; tick < count; tick += 1) {
      client.clock.advance(1_000);
      await client.settled();
    }
    return client.posts.slice(before).flat().map(({ type }) => type);
  };
  // In the first second it opened, which was a sign of life.
  assertEquals(await ticks(3), ["alive", "alive"]);
  client.say({ type: "cancel", id: 1, message: 1 });
  await client.settled();
  // The `ack` went with it.
  assertEquals(await ticks(2), ["ack", "alive", "alive"]);
});

Deno.test("Hub() shows no life without end to a client that posts nothing", async () => {
  using client = new HubClient();
  await client.open();
  const count = () =>
    client.notices.filter(({ type }) => type === "alive").length;
  for (let second = 0; second < 200; second += 1) {
    client.clock.advance(1_000);
    await client.settled();
  }
  assertEquals(count(), 60);
  client.say({ type: "cancel", id: 1, message: 1 });
  await client.settled();
  client.clock.advance(1_000);
  await client.settled();
  assertEquals(count(), 61);
});

Deno.test("Hub.receive() acknowledges with what is posted next, and the post before at once", async () => {
  using client = new HubClient();
  await client.open();
  const before = client.posts.length;
  const posted = async () => {
    await client.settled();
    return client.posts.slice(before).map((post) =>
      post.map(({ type }) => type)
    );
  };
  client.say({ type: "cancel", id: 1, message: 1 });
  assertEquals(await posted(), []);
  client.say({ type: "watch" });
  assertEquals(await posted(), [["ack", "alive"]]);
  client.say({ type: "cancel", id: 1, message: 2 });
  client.say({ type: "cancel", id: 1, message: 3 });
  assertEquals(await posted(), [["ack", "alive"], ["ack", "ack"]]);
});

Deno.test("Hub.receive() reports what is no post of commands", async () => {
  using client = new HubClient();
  for (const post of [undefined, "x", [{}], [{ type: "send" }]]) {
    client.hub.receive(post);
  }
  await client.settled();
  const malformed = client.notices.filter(({ type }) => type === "malformed");
  assertEquals(malformed.length, 4);
});

Deno.test("Hub.receive() connects once where `connect` comes twice, even after the end", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.connect();
  transport.ends({ closeCode: 4401, reason: "", wasClean: true }, {
    type: "invalid",
    detail: "fatal",
  });
  await client.next("closed");
  client.connect();
  await client.settled();
  assertEquals(client.transports.made.length, 1);
  assertEquals(client.all("closed").length, 1);
});

Deno.test("Hub.receive() acknowledges each post but those of acks", async () => {
  using client = new HubClient();
  client.acknowledges = false;
  await client.settled();
  const acks = () => client.notices.filter(({ type }) => type === "ack").length;
  const before = acks();
  client.say({ type: "ack" });
  client.say({ type: "consumed", id: 5, messages: 1, bytes: 1 });
  client.say(
    { type: "cancel", id: 5, message: 1 },
    { type: "abandon", id: 5 },
  );
  await client.settled();
  assertEquals(acks() - before, 2);
});

Deno.test("Hub() lets no connection starve beside one that floods", async () => {
  using client = new HubClient();
  const setup = setupWith({}, { inbox: LARGE });
  const flood = await client.open(setup, 1);
  const quiet = await client.open(setup, 2);
  client.acknowledges = false;
  const posts = client.posts.length;
  for (let n = 0; n < 20_000; n += 1) flood.receives("x".repeat(100));
  quiet.receives("hello");
  await client.settled();
  assertEquals(client.messages(2), ["hello"]);
  const index = client.posts.findIndex((post) =>
    post.some((notice) =>
      notice.type === "messages" &&
      [...batchesOf(notice)].some(({ id }) => id === 2)
    )
  );
  assertEquals(index, posts, "it is in the first post");
});

Deno.test("Hub() gathers the messages of all connections in one record", async () => {
  using client = new HubClient();
  const first = await client.open(setupWith(), 1);
  const second = await client.open(setupWith(), 2);
  await client.settled();
  first.receives("a", "b");
  second.receives("c");
  await client.settled();
  const posts = client.posts.flat().filter(({ type }) => type === "messages");
  assertEquals(posts, [
    {
      type: "messages",
      messages: ["a", "b", "c"],
      runs: [1, 1, 2, 2, 2, 1, 1, 1],
    },
  ]);
  assertEquals(client.batches(1), [
    { id: 1, first: 1, messages: ["a", "b"], count: 2, bytes: 2 },
  ]);
  assertEquals(client.messages(2), ["c"]);
});

Deno.test("Hub() holds messages back while nobody consumes them", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { inbox: LARGE }));
  const count = 3 * RECEIVE_WINDOW_MESSAGES;
  for (let n = 0; n < count; n += 1) transport.receives("");
  await client.settled();
  assertEquals(client.messages().length, RECEIVE_WINDOW_MESSAGES);
  const messages = RECEIVE_WINDOW_MESSAGES;
  client.say({ type: "consumed", id: 1, messages, bytes: 0 });
  await client.settled();
  assertEquals(client.messages().length, 2 * RECEIVE_WINDOW_MESSAGES);
});

Deno.test("Hub() keeps the window of posts while nobody acknowledges", async () => {
  using client = new HubClient();
  const transport = await client.open(setupWith({}, { inbox: LARGE }));
  await client.settled();
  client.acknowledges = false;
  const before = client.posts.length;
  for (let n = 0; n < 20; n += 1) {
    transport.receives(`${n}`);
    await Promise.resolve();
    await Promise.resolve();
  }
  assertEquals(client.posts.length - before, POST_WINDOW);
  for (let n = 0; n < POST_WINDOW; n += 1) client.say({ type: "ack" });
  await client.settled();
  assertEquals(client.messages().length, 20);
});

Deno.test("Hub() resumes a paused transport when the client has consumed", async () => {
  using client = new HubClient();
  const inbox = { maxMessages: 4, maxBytes: 1e9, overflow: "pause" } as const;
  const transport = await client.open(setupWith({}, { inbox }));
  client.acknowledges = false;
  transport.receives("a", "b", "c", "d", "e");
  assert(transport.isPaused);
  client.acknowledges = true;
  await client.settled();
  assert(!transport.isPaused);
  assertEquals(client.messages(), ["a", "b", "c", "d", "e"]);
});

Deno.test("Hub.receive() passes the environment on", async () => {
  using client = new HubClient();
  const first = client.transports.next();
  client.connect(setupWith({ url: "wss://example.com/" }));
  client.say({ type: "environment", change: "offline" });
  (await first).ends();
  const { status } = await client.next("disconnected");
  assertEquals(status.delay, Infinity);
  const second = client.transports.next();
  client.say({ type: "environment", change: "online" });
  const transport = (await second).opens();
  await client.next("opened");
  client.say({ type: "environment", change: "wake" });
  client.clock.advance(100);
  assertEquals(transport.pings.length, 1);
});

Deno.test("Hub.receive() closes connections of a page that is put away, this machine's too", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.say({ type: "environment", change: "away" });
  assertEquals(transport.calls, ["resume", "close 1001 The page was put away"]);
  const { info, status, failure } = await client.next("disconnected");
  assertEquals([info.closeCode, status.delay, failure], [
    1001,
    Infinity,
    undefined,
  ]);
  const made = client.transports.next();
  client.say({ type: "environment", change: "online" });
  (await made).opens();
  assertEquals((await client.next("opened")).reconnected, true);
});

Deno.test("Hub() keeps for later connections that there is no network", async () => {
  using client = new HubClient();
  const transport = client.transports.next();
  client.say({ type: "environment", change: "offline" });
  client.connect(setupWith({ url: "wss://example.com/" }));
  (await transport).ends();
  const { status } = await client.next("disconnected");
  assertEquals(status.delay, Infinity);
});

Deno.test("Hub() tries to reach this machine without a network", async () => {
  using client = new HubClient();
  const transport = client.transports.next();
  client.connect();
  client.say({ type: "environment", change: "offline" });
  (await transport).ends();
  const { status } = await client.next("disconnected");
  assert(Number.isFinite(status.delay));
});

Deno.test("Hub() notices that the clocks stood still", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.clock.sleep({ monotonic: 1_000, wall: 60_000 });
  client.clock.advance(100);
  assertEquals(transport.pings.length, 1);
});

Deno.test("Hub() forgets a connection once everything is posted", async () => {
  using client = new HubClient();
  const transport = await client.open();
  client.say({ type: "close", id: 1, reason: "", sent: 0 });
  transport.ends();
  await client.next("closed");
  await client.settled();
  // The hub ticks for its connections only.
  assertEquals(client.clock.timers, 0);
});

Deno.test("Hub.stop() drops everything and posts nothing", async () => {
  using client = new HubClient();
  const transports = [
    await client.open(setupWith(), 1),
    await client.open(setupWith(), 2),
  ];
  await client.settled();
  const before = client.posts.length;
  transports[0]?.receives("x");
  client.hub.stop();
  await Promise.resolve();
  for (const { calls } of transports) assertEquals(calls, ["terminate"]);
  assertEquals(client.posts.length, before);
});

Deno.test("Hub.receive() ignores commands of a connection that is gone", async () => {
  using client = new HubClient();
  const gone: Command = { type: "probe", id: 99, request: 1 };
  client.say(gone);
  await client.settled();
  assertEquals(client.of(99), []);
  assertObjectMatch(client.notices.at(-1) ?? {}, { type: "ack" });
});
