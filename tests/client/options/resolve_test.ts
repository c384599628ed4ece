import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { ReconnectingWebSocketOptions } from "../../../lib/client/options/options.ts";
import {
  type Resolved,
  resolveOptions,
} from "../../../lib/client/options/resolve.ts";
import { WorkerHost } from "../../../lib/client/workers/worker_host.ts";
import { FATAL_CLOSE_CODES } from "../../../lib/connection/retry_policy.ts";

const HOOKS = "file:///hooks.ts";

function resolve(
  options: ReconnectingWebSocketOptions = {},
  url = "wss://example.com/",
): Resolved {
  return resolveOptions(url, [], options);
}

/** Resolves what the compiler would refuse. */
function resolveAny(options: unknown): Resolved {
  return Reflect.apply(resolveOptions, undefined, [
    "wss://example.com/",
    [],
    options,
  ]);
}

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
  assertEquals(asked.setup.token, { source: { kind: "ask" }, ...common });
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

const WRONG: readonly [option: string, options: unknown, wanted: string][] = [
  [
    "openTimeout",
    { openTimeout: "5" },
    'a positive number of milliseconds, not "5"',
  ],
  ["backoff.factor", { backoff: { factor: null } }, "not null"],
  [
    "backoff.strategy",
    { backoff: { strategy: "linear" } },
    '"spread" or "exponential"',
  ],
  ["backoff", { backoff: [] }, "an object"],
  ["heartbeat", { heartbeat: true }, "an object, not true"],
  ["heartbeat.deliver", { heartbeat: { deliver: 1 } }, "true or false, not 1"],
  [
    "heartbeat.message",
    { heartbeat: { message: {} } },
    "a string, an ArrayBuffer",
  ],
  [
    "heartbeat.expect",
    { heartbeat: { expect: 5 } },
    "a string, an ArrayBuffer",
  ],
  [
    "heartbeat.reply.to",
    { heartbeat: { reply: { to: 5, with: "" } } },
    "a string",
  ],
  [
    "fatalCloseCodes",
    { fatalCloseCodes: [1000, 5000] },
    "an array of close codes",
  ],
  ["outbox.overflow", { outbox: { overflow: "pause" } }, '"reject"'],
  ["inbox.overflow", { inbox: { overflow: "reject" } }, '"pause"'],
  ["autoConnect", { autoConnect: "yes" }, "true or false"],
  ["token", { token: 5 }, "an object, not 5"],
  ["token.token", { token: { token: 5 } }, "a string or a function"],
  [
    "token.placement.query",
    { token: { token: "t", placement: { query: 5 } } },
    "a string",
  ],
  [
    "token.placement.protocol",
    { token: { token: "t", placement: { protocol: "a b" } } },
    "a string that can begin a subprotocol",
  ],
  [
    "token.placement.scheme",
    { token: { token: "t", placement: { header: "X", scheme: "a\n" } } },
    "without control characters",
  ],
  [
    "token.renewal",
    { token: { token: "t", renewal: 5 } },
    "a string or an object",
  ],
  [
    "greeting.reject",
    { greeting: { reject: [5] } },
    "a string, an ArrayBuffer",
  ],
  [
    "transport",
    { transport: "udp" },
    '"auto" or "tcp" or "ws" or "native", not "udp"',
  ],
  ["hooks", { hooks: 5 }, "a string or a URL"],
  ["hooks", { hooks: "./hooks.ts" }, "import.meta.resolve"],
  ["worker", { worker: {} }, '"shared" or "dedicated" or "none"'],
  [
    "logger",
    { logger: { debug() {} } },
    "an object with debug, info, warn and error",
  ],
  ["signal", { signal: {} }, "an AbortSignal"],
  ["headers", { headers: "x" }, "an object"],
  [
    "headers.x",
    { headers: { x: "a\r\nHost: b" } },
    "without control characters",
  ],
  ["headers.x", { headers: { x: "a\0" } }, "without control characters"],
  ["headers.x", { headers: { x: 5 } }, "without control characters"],
  ["headers", { headers: { "a b": "" } }, 'the header "a b"'],
  [
    "headers",
    { headers: { "Sec-WebSocket-Key": "" } },
    "must not have the header",
  ],
  ["headers", { headers: { HOST: "" } }, "must not have the header"],
  ["token.placement.header", {
    token: { token: "t", placement: { header: "Upgrade" } },
  }, "must not have the header"],
  ["hooks", { token: {} }, "is needed"],
  ["hooks", { greeting: { hook: true } }, "is needed"],
  ["hooks", { heartbeat: { message: { hook: true } } }, "is needed"],
];

for (const [option, options, wanted] of WRONG) {
  Deno.test(`resolveOptions() throws a TypeError for ${option} of ${Deno.inspect(options)}`, () => {
    const { message } = assertThrows(() => resolveAny(options), TypeError);
    assertStringIncludes(message, `"${option}"`);
    assertStringIncludes(message, wanted);
  });
}

const OUT_OF_RANGE: readonly [option: string, options: unknown][] = [
  ["openTimeout", { openTimeout: 0 }],
  ["openTimeout", { openTimeout: NaN }],
  ["closeTimeout", { closeTimeout: -1 }],
  ["backoff.first", { backoff: { first: Infinity } }],
  ["backoff.fleet", { backoff: { fleet: 0 } }],
  ["backoff.factor", { backoff: { factor: 0.5 } }],
  ["backoff.maxAttempts", { backoff: { maxAttempts: 1.5 } }],
  ["heartbeat.interval", { heartbeat: { interval: 0 } }],
  ["outbox.maxMessages", { outbox: { maxMessages: 0 } }],
  ["inbox.maxBytes", { inbox: { maxBytes: 0.5 } }],
  ["maxMessageSize", { maxMessageSize: -5 }],
  ["token.leeway", { token: { token: "t", leeway: -1 } }],
];

for (const [option, options] of OUT_OF_RANGE) {
  Deno.test(`resolveOptions() throws a RangeError for ${option} of ${Deno.inspect(options)}`, () => {
    const { message } = assertThrows(() => resolveAny(options), RangeError);
    assertStringIncludes(message, `Option "${option}" must be `);
  });
}

Deno.test("resolveOptions() throws for an unknown option", () => {
  const { message } = assertThrows(
    () => resolveAny({ outbox: { maxMessage: 5 } }),
    TypeError,
  );
  assertEquals(
    message,
    'Unknown option "outbox.maxMessage"; did you mean "outbox.maxMessages"?',
  );
});

Deno.test("resolveOptions() keeps secrets out of its errors", () => {
  for (
    const options of [
      { token: { token: "t", leeway: "canary" } },
      { headers: { x: "canary\n" } },
      { greeting: { timeout: "canary" } },
    ]
  ) {
    const error = assertThrows(() => resolveAny(options), TypeError);
    assert(!error.message.includes("canary"), error.message);
  }
});

Deno.test("resolveOptions() refuses a token over plain ws: to anything but loopback", () => {
  const url = "ws://example.com/?key=canary";
  const { message } = assertThrows(
    () => resolve({ token: "canary" }, url),
    TypeError,
  );
  assertStringIncludes(message, "allowInsecure");
  assert(!message.includes("canary"));
  resolve({ token: "t", allowInsecure: true }, url);
  for (const host of ["localhost", "feed.localhost", "127.1.2.3", "[::1]"]) {
    resolve({ token: "t" }, `ws://${host}/`);
  }
});

for (
  const [token, placement, complaint] of [
    ["", undefined, "it is empty"],
    ["\n", undefined, "it is empty"],
    ["canary\nx", undefined, "a header cannot carry"],
    ["canary€", undefined, "a header cannot carry"],
    ["canary/=", { protocol: "bearer." }, "a subprotocol cannot carry"],
    ["canary\0", { query: "t" }, "a query cannot carry"],
    ["canary\ud800", { message: "{token}" }, "a message cannot carry"],
  ] as const
) {
  Deno.test(`resolveOptions() refuses the token ${JSON.stringify(token)} since ${complaint} it`, () => {
    const given = placement === undefined ? token : { token, placement };
    const { message } = assertThrows(
      () => resolve({ token: given }),
      TypeError,
      `Option "${
        placement === undefined ? "token" : "token.token"
      }" cannot be sent: ${complaint}`,
    );
    assert(!message.includes("canary"));
  });
}

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
