import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import { moduleOf } from "../hook_module.ts";
import { AT_ONCE, HubClient, setupWith } from "../hub_client.ts";

const GREETING = { reject: [], timeout: 1_000, hook: true } as const;

Deno.test("TransportDriver.greet() sends the token and the greeting before all else", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  const expect = { kind: "exact", data: "welcome" } as const;
  client.connect(setupWith({
    token: {
      source: { kind: "static", token: "tok" },
      placement: { kind: "message", text: "t={token}" },
      insecure: "allowed",
      leeway: 0,
    },
  }, { greeting: { ...GREETING, hook: false, send: "hello", expect } }));
  client.send(1, "queued");
  const transport = (await made).opens();
  assertEquals(transport.sent, ["t=tok", "hello"]);
  transport.receives("early", "welcome", "more");
  await client.next("opened");
  await client.settled();
  assertEquals(transport.sent, ["t=tok", "hello", "queued"]);
  assertEquals(client.messages(), ["early", "more"]);
});

Deno.test("TransportDriver.greet() ends a socket that cannot be greeted", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  const greeting = { ...GREETING, hook: false, send: "hello" };
  client.connect(setupWith({}, { greeting }));
  const transport = await made;
  transport.broken.add("send");
  transport.opens();
  assertObjectMatch(await client.next("disconnected"), {
    failure: { type: "lost" },
  });
});

Deno.test("TransportDriver.greet() lets a hook greet, for its own socket only", async () => {
  using client = new HubClient();
  const hooks = moduleOf(`export const greeting = async (session) => {
    session.send("login " + session.attempt);
    const answer = await session.receive();
    session.send("got " + answer);
    if (answer === "no") throw new Error("refused");
  }`);
  const setup = setupWith({ hooks }, { greeting: GREETING, backoff: AT_ONCE });
  const first = client.transports.next();
  client.connect(setup);
  const transport = (await first).opens();
  await client.settled();
  const second = client.transports.next();
  transport.receives("no");
  assertObjectMatch(await client.next("disconnected"), {
    failure: { type: "provider", name: "greeting", detail: "Error: refused" },
  });
  client.clock.advance(0);
  const again = (await second).opens();
  await client.settled();
  again.receives("yes", "for the application");
  await client.next("opened");
  await client.settled();
  assertEquals(again.sent, ["login 2", "got yes"]);
  assertEquals(client.messages(), ["for the application"]);
});

Deno.test("TransportDriver.greet() reads again when the hook has made room", async () => {
  using client = new HubClient();
  const hooks = moduleOf(`export const greeting = async (session) => {
    const asked = await session.receive();
    await Promise.resolve();
    session.send(asked + await session.receive() + await session.receive());
    await session.receive();
  }`);
  const inbox = { maxMessages: 2, maxBytes: 100, overflow: "pause" } as const;
  const made = client.transports.next();
  client.connect(setupWith({ hooks }, { greeting: GREETING, inbox }));
  const transport = (await made).opens();
  await client.settled();
  transport.receives("a", "b", "c");
  assert(transport.isPaused);
  await client.settled();
  assertEquals(transport.sent, ["abc"]);
  assert(!transport.isPaused);
});

Deno.test("TransportDriver.greet() sends nothing over a socket that is no longer wanted", async () => {
  using client = new HubClient();
  const hooks = moduleOf(`export const greeting = async (session) => {
    await session.receive().catch(() => session.send("late"));
  }`);
  const made = client.transports.next();
  client.connect(setupWith({ hooks }, { greeting: GREETING }));
  const transport = (await made).opens();
  await client.settled();
  client.say({ type: "reconnect", id: 1, reason: "" });
  await client.settled();
  assertEquals(transport.sent, []);
});
