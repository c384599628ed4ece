import { assertEquals, assertObjectMatch } from "@std/assert";
import type { Config } from "../../../lib/connection/config/config.ts";
import type { Setup, TokenSetup } from "../../../lib/boundary/protocol.ts";
import { ResolveError } from "../../../lib/worker/attempt/failures.ts";
import { replace } from "../../globals.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { AT_ONCE, HubClient, setupWith } from "../hub_client.ts";

const TOKEN: TokenSetup = {
  source: { kind: "client" },
  placement: { kind: "message", text: "token {token}" },
  insecure: "allowed",
  leeway: 0,
};

/** A JWT that expires at an instant of the wall clock. */
function tokenFor(expiresAt: number): string {
  return `h.${btoa(JSON.stringify({ exp: expiresAt / 1_000 }))}.s`;
}

/** A setup that has to ask for its URL. */
function asking(config: Partial<Config> = {}): Setup {
  const { url: _, ...setup } = setupWith({}, { backoff: AT_ONCE, ...config });
  return setup;
}

Deno.test("Driver() asks for the URL, and ignores answers that come late", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  client.connect(asking({ openTimeout: 10 }));
  const { request } = await client.next("request");
  client.clock.advance(10);
  const lost = await client.next("disconnected");
  assertEquals(lost.failure, {
    type: "open-timeout",
    timeout: 10,
    phase: "resolving",
  });
  const again = await client.next("request");
  const value = (value: string) => ({ kind: "value", value }) as const;
  client.say(
    { type: "answer", id: 1, request, answer: value("ws://late/") },
    {
      type: "answer",
      id: 1,
      request: again.request,
      answer: value("ws://now/"),
    },
  );
  const { target } = await made;
  assertEquals(target.url, "ws://now/");
  client.say({ type: "abandon", id: 1 });
});

Deno.test("Driver() needs no network for an URL of this machine, even if it was asked for", async () => {
  for (
    const [url, delay] of [
      ["ws://localhost/", 125],
      ["wss://example.com/", Infinity],
    ] as const
  ) {
    using client = new HubClient();
    const made = client.transports.next();
    client.say({ type: "environment", change: "offline" });
    client.connect(asking({ backoff: setupWith({}).config.backoff }));
    const { request } = await client.next("request");
    const answer = { kind: "value", value: url } as const;
    client.say({ type: "answer", id: 1, request, answer });
    (await made).ends();
    const { status } = await client.next("disconnected");
    assertEquals([status.kind, status.delay], ["waiting", delay]);
  }
});

for (
  const [url, delay] of [
    ["ws://localhost/", 125],
    ["wss://example.com/", 1_500],
  ] as const
) {
  Deno.test(`Driver() waits ${delay} ms after the loss of ${url}, fixed or asked for`, async () => {
    using client = new HubClient();
    (await client.open(setupWith({ url }), 1)).ends();
    assertEquals((await client.next("disconnected", 1)).status.delay, delay);

    const { url: _, ...setup } = setupWith();
    const made = client.transports.next();
    client.connect(setup, 2);
    const { request } = await client.next("request", 2);
    const answer = { kind: "value", value: url } as const;
    client.say({ type: "answer", id: 2, request, answer });
    const transport = (await made).opens();
    await client.next("opened", 2);
    transport.ends();
    assertEquals((await client.next("disconnected", 2)).status.delay, delay);
    client.say({ type: "abandon", id: 1 }, { type: "abandon", id: 2 });
  });
}

for (
  const answer of [
    { kind: "value", value: "" },
    { kind: "value", value: "a\nb" },
    { kind: "unusable", detail: "A token must be a string" },
  ] as const
) {
  Deno.test(`Driver() ends where a token can never be sent: ${Deno.inspect(answer)}`, async () => {
    using client = new HubClient();
    client.connect(setupWith({ token: TOKEN }));
    const { request } = await client.next("request");
    client.say({ type: "answer", id: 1, request, answer });
    assertObjectMatch(await client.next("closed"), {
      cause: "fatal",
      failure: { type: "provider", name: "token", retryable: false },
    });
  });
}

Deno.test("Driver() retries when the URL is of no use", async () => {
  using client = new HubClient();
  client.connect(asking({ backoff: { ...AT_ONCE, maxAttempts: 2 } }));
  for (let n = 0; n < 2; n += 1) {
    const { request } = await client.next("request");
    const answer = { kind: "failure", detail: "canary?" } as const;
    client.say({ type: "answer", id: 1, request, answer });
    await client.settled();
    client.clock.advance(0);
  }
  assertObjectMatch(await client.next("closed"), {
    cause: "exhausted",
    failure: {
      type: "exhausted",
      cause: { type: "provider", name: "url", detail: "canary?" },
    },
  });
});

Deno.test("Driver() renews a token while the connection is open", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  client.connect(setupWith({ token: { ...TOKEN, renewal: "renew {token}" } }));
  const answer = async (token: string) => {
    const { request } = await client.next("request");
    const answer = { kind: "value", value: token } as const;
    client.say({ type: "answer", id: 1, request, answer });
  };
  const token = tokenFor(client.clock.wallNow() + 5_000);
  await answer(token);
  const transport = (await made).opens();
  await client.next("opened");
  assertEquals(transport.sent, [`token ${token}`]);
  client.clock.advance(5_000);
  await answer("second");
  await client.settled();
  assertEquals(transport.sent.at(-1), "renew second");
});

Deno.test("Driver() goes on renewing after a token function that never answers", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  const token = { ...TOKEN, renewal: "renew {token}" };
  client.connect(setupWith({ token, log: "warn" }, { openTimeout: 10_000 }));
  const answer = async (value: string) => {
    const { request } = await client.next("request");
    const answer = { kind: "value", value } as const;
    client.say({ type: "answer", id: 1, request, answer });
  };
  await answer(tokenFor(client.clock.wallNow() + 5_000));
  const transport = (await made).opens();
  await client.next("opened");
  client.clock.advance(5_000);
  await client.next("request");
  client.clock.advance(10_000);
  assertObjectMatch(await client.next("log"), {
    message: "Token renewal failed",
    fields: { error: "Error: No answer within 10000 ms" },
  });
  await client.settled();
  client.clock.advance(1_000);
  await answer("fresh");
  await client.settled();
  assertEquals(transport.sent.at(-1), "renew fresh");
});

Deno.test("Driver() logs a renewal that failed, and goes on", async () => {
  using client = new HubClient();
  const made = client.transports.next();
  client.connect(
    setupWith({ token: { ...TOKEN, renewal: "r {token}" }, log: "warn" }),
  );
  const first = await client.next("request");
  const token = tokenFor(client.clock.wallNow() + 5_000);
  client.say({
    type: "answer",
    id: 1,
    request: first.request,
    answer: { kind: "value", value: token },
  });
  const transport = (await made).opens();
  await client.next("opened");
  client.clock.advance(5_000);
  const { request } = await client.next("request");
  const answer = { kind: "failure", detail: "no network" } as const;
  client.say({ type: "answer", id: 1, request, answer });
  const log = await client.next("log");
  assertObjectMatch(log, { level: "warn", message: "Token renewal failed" });
  assertEquals(transport.calls, []);
});

Deno.test("Driver() asks for a fresh token after a refusal, once", async () => {
  using client = new HubClient();
  const refused = {
    type: "handshake",
    status: 401,
    headers: {},
    detail: "no to first-token",
  } as const;
  client.connect(
    setupWith({ token: TOKEN }, { backoff: AT_ONCE, renewableToken: true }),
  );
  for (const token of ["first-token", "fresh-token"]) {
    const made = client.transports.next();
    const { request } = await client.next("request");
    const answer = { kind: "value", value: token } as const;
    client.say({ type: "answer", id: 1, request, answer });
    (await made).ends(
      { closeCode: 1006, reason: "", wasClean: false },
      refused,
    );
    client.clock.advance(0);
  }
  const closed = await client.next("closed");
  assertObjectMatch(closed, {
    cause: "fatal",
    failure: { type: "authentication", cause: { detail: "no to …" } },
  });
});

Deno.test("Driver() ends the signal of an attempt with its socket", async () => {
  using client = new HubClient();
  const heard = Promise.withResolvers<void>();
  using _over = replace(globalThis, "attemptOver", heard.resolve);
  const hooks = `data:text/javascript,${
    encodeURIComponent(
      "export const url = ({ signal }) => { signal.onabort = globalThis.attemptOver; return 'ws://h/' };",
    )
  }`;
  const transport = await client.open(setupWith({ hooks }));
  transport.ends();
  await heard.promise;
});

Deno.test("Driver() asks for another worker where a part of this one could not be downloaded", async () => {
  for (
    const [detail, crashes] of [
      ["Cannot load the transport: Import 'x' failed: 503", 1],
      ["Cannot load the transport: Module not found", 0],
    ] as const
  ) {
    const transports = new FakeTransports();
    const failure = { type: "worker", detail, retryable: true } as const;
    transports.load = () => Promise.reject(new ResolveError(failure));
    using client = new HubClient(transports);
    client.connect();
    await client.next("disconnected");
    const crashed = client.notices.filter(({ type }) => type === "crashed");
    assertEquals(crashed.length, crashes, detail);
    client.say({ type: "abandon", id: 1 });
  }
});
