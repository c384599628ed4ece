import { assert, assertEquals } from "@std/assert";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
import { WorkerHost } from "../../../lib/client/workers/worker_host.ts";
import { FATAL_CLOSE_CODES } from "../../../lib/connection/retry_policy.ts";
import { resolve, resolveAny } from "./resolving.ts";

const HOOKS = "file:///hooks.ts";

Deno.test("resolveOptions() fills in the defaults", () => {
  const { setup, outbox, ttl, secrets } = resolve();
  assertEquals(setup, {
    config: {
      openTimeout: 10_000,
      closeTimeout: 5_000,
      stableAfter: 5_000,
      backoff: {
        strategy: "spread",
        maxAttempts: Infinity,
        maxElapsed: Infinity,
      },
      heartbeat: { interval: 20_000, timeout: 10_000, deliver: false },
      probeTimeout: 3_500,
      idleTimeout: Infinity,
      fatalCloseCodes: [...FATAL_CLOSE_CODES],
      inbox: { maxMessages: 100_000, maxBytes: 64 << 20, overflow: "pause" },
      maxMessageSize: 16 << 20,
      renewableToken: false,
    },
    url: "wss://example.com/",
    protocols: [],
    headers: {},
    transport: "auto",
    autoConnect: true,
    log: "silent",
  });
  assertEquals(outbox, {
    maxMessages: 10_000,
    maxBytes: 16 << 20,
    overflow: "reject",
  });
  assertEquals([ttl, secrets], [Infinity, []]);
});

Deno.test("resolveOptions() takes undefined for absent", () => {
  assertEquals(
    resolveAny({
      openTimeout: undefined,
      outbox: { ttl: undefined },
      token: undefined,
    }),
    resolve(),
  );
});

Deno.test("resolveOptions() takes what is given", () => {
  const logger = console;
  const { setup, outbox, ttl, secrets } = resolve({
    openTimeout: 1,
    backoff: { strategy: "exponential", maxDelay: 30_000, maxAttempts: 3 },
    heartbeat: false,
    outbox: { maxBytes: 10, overflow: "drop-oldest", ttl: 5 },
    fatalCloseCodes: [],
    headers: { "x-key": "canary" },
    transport: "native",
    hooks: HOOKS,
    autoConnect: false,
    logger,
    worker: new WorkerHost(),
  });
  assertEquals(setup.config.backoff, {
    strategy: "exponential",
    maxDelay: 30_000,
    maxAttempts: 3,
    maxElapsed: Infinity,
  });
  assert(!("heartbeat" in setup.config));
  assertEquals(outbox, {
    maxMessages: 10_000,
    maxBytes: 10,
    overflow: "drop-oldest",
  });
  assertEquals([ttl, secrets, setup.hooks, setup.log], [
    5,
    ["canary"],
    HOOKS,
    "debug",
  ]);
  assertEquals([setup.transport, setup.autoConnect], ["native", false]);
});

Deno.test("resolveOptions() makes something that can be cloned", () => {
  const { setup } = resolve({
    token: () => "t",
    heartbeat: { message: new Uint8Array([1]), expect: { type: "pong" } },
    greeting: {
      send: "hi",
      expect: { ok: true },
      reject: ["no", { type: "error" }],
    },
    logger: console,
  });
  assertEquals(structuredClone(setup), setup);
});

Deno.test("resolveOptions() copies headers, which it has checked", () => {
  const headers = { "x-key": "a" };
  const { setup } = resolve({ headers });
  headers["x-key"] = "a\r\nHost: b";
  assertEquals(setup.headers, { "x-key": "a" });
});

Deno.test("resolveOptions() resolves heartbeat and greeting", () => {
  const view = new Uint8Array([0, 1, 2]).subarray(1);
  const { config } = resolve({
    hooks: HOOKS,
    heartbeat: {
      message: view,
      expect: { hook: true },
      reply: { to: { type: "ping" }, with: "pong" },
      deliver: true,
    },
    greeting: {
      send: view,
      expect: "welcome",
      reject: { type: "error" },
      timeout: 5,
    },
  }).setup;
  view.fill(9);
  const data = new Uint8Array([1, 2]).buffer;
  assertEquals(config.heartbeat, {
    interval: 20_000,
    timeout: 10_000,
    deliver: true,
    message: data,
    expect: { hook: true },
    reply: { to: { kind: "subset", value: { type: "ping" } }, with: "pong" },
  });
  assertEquals(config.greeting, {
    send: data,
    expect: { kind: "exact", data: "welcome" },
    reject: [{ kind: "subset", value: { type: "error" } }],
    timeout: 5,
    hook: false,
  });
});

Deno.test("resolveOptions() resolves the forms of a token", () => {
  const provider = () => "t";
  const placement = {
    kind: "header",
    name: "Authorization",
    scheme: "Bearer",
  } as const;
  const common = { placement, insecure: "loopback", leeway: 30_000 } as const;
  const fixed = resolve({ token: "t" });
  assertEquals(fixed.setup.token, {
    source: { kind: "static", token: "t" },
    ...common,
  });
  assertEquals([fixed.secrets, fixed.setup.config.renewableToken], [
    ["t"],
    false,
  ]);
  const asked = resolve({ token: provider });
  assertEquals(asked.setup.token, { source: { kind: "client" }, ...common });
  assertEquals([asked.tokenProvider, asked.setup.config.renewableToken], [
    provider,
    true,
  ]);
  const hooked = resolve({
    hooks: HOOKS,
    allowInsecure: true,
    token: {
      placement: { message: { type: "auth", token: "{token}" } },
      renewal: "renew {token}",
      leeway: 1,
    },
  });
  assertEquals(hooked.setup.token, {
    source: { kind: "hook" },
    placement: { kind: "message", text: '{"type":"auth","token":"{token}"}' },
    insecure: "allowed",
    leeway: 1,
    renewal: "renew {token}",
  });
});

Deno.test("resolveOptions() resolves the placements of a token", () => {
  const cases = [
    [{ query: "key" }, { kind: "query", name: "key" }],
    [{ header: "X-Key", scheme: "" }, {
      kind: "header",
      name: "X-Key",
      scheme: "",
    }],
    [{ protocol: "bearer." }, { kind: "protocol", prefix: "bearer." }],
    [{ message: "{token}" }, { kind: "message", text: "{token}" }],
  ] as const;
  for (const [placement, expected] of cases) {
    const { token } = resolve({ token: { token: "t", placement } }).setup;
    assertEquals(token?.placement, expected);
  }
});

Deno.test("resolveOptions() leaves out a line break at the end of a token", () => {
  const { setup, secrets } = resolve({ token: "from-a-file\r\n" });
  assertEquals(setup.token?.source, { kind: "static", token: "from-a-file" });
  assertEquals(secrets, ["from-a-file"]);
});

Deno.test("resolveOptions() leaves a provider to the attempts", () => {
  const provider = () => "ws://example.com/";
  const { setup, urlProvider } = resolveOptions(provider, "a", { token: "t" });
  assertEquals([setup.url, urlProvider, setup.protocols], [
    undefined,
    provider,
    ["a"],
  ]);
});

Deno.test("resolveOptions() resolves a session", () => {
  const session = {
    window: { messages: 4_096, bytes: 1_048_576 },
    required: true,
    ack: "consumed",
    onLost: "continue",
    onUnknown: "drop",
  } as const;
  const { setup } = resolve({ session: true });
  assertEquals(setup.session, session);
  assert(!("session" in resolve({ session: false }).setup));
  const window = { messages: 9 };
  assertEquals(resolve({ session: { window, ack: "manual" } }).setup.session, {
    ...session,
    window: { messages: 9, bytes: 1_048_576 },
    ack: "manual",
  });
});

Deno.test("resolveOptions() places a token in the session, unless it is given a place", () => {
  const token = () => "t";
  const { setup } = resolve({ session: true, token });
  assertEquals(setup.token, {
    source: { kind: "client" },
    insecure: "loopback",
    placement: { kind: "session" },
    renewal: "",
    leeway: 30_000,
  });
  const group = resolve({ session: true, token: { token } });
  assertEquals(group.setup.token, setup.token);
  const placement = { query: "t" };
  const query = resolve({ session: true, token: { token, placement } });
  assertEquals(query.setup.token?.placement, { kind: "query", name: "t" });
  assert(!("renewal" in query.setup.token!));
});
