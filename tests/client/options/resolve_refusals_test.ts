import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { resolve, resolveAny } from "./resolving.ts";

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
  ["worker", { worker: {} }, '"shared" or "dedicated" or "tabs" or "none"'],
  [
    "logger",
    { logger: { debug() {} } },
    "an object with debug, info, warn and error",
  ],
  ["signal", { signal: {} }, "an AbortSignal"],
  ["headers", { headers: "x" }, "a plain object"],
  ["headers", { headers: new Headers({ a: "b" }) }, "a plain object"],
  ["headers", { headers: new Map([["a", "b"]]) }, "a plain object"],
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

for (
  const [name, options] of [
    ["greeting", { greeting: { send: "hi" } }],
    ["heartbeat.message", { heartbeat: { message: "ping" } }],
    ["heartbeat.message", { heartbeat: { message: "" } }],
    ["heartbeat.expect", { heartbeat: { expect: "pong" } }],
    ["heartbeat.reply", { heartbeat: { reply: { to: "a", with: "b" } } }],
    ["inbox.overflow", { inbox: { overflow: "close" } }],
    ["token.placement", { token: { token: "t", placement: { message: "t" } } }],
    ["token.placement", {
      token: { token: "t", placement: { protocol: "t" } },
    }],
  ] as const
) {
  Deno.test(`resolveOptions() refuses ${name} with a session (${JSON.stringify(options)})`, () => {
    resolve(options);
    const error = assertThrows(
      () => resolve({ ...options, session: true }),
      TypeError,
    );
    assertEquals(
      error.message,
      `Option "${name}" cannot go with a session: ` +
        "remove it, or do without session",
    );
  });
}

Deno.test("resolveOptions() refuses a token in a session that there is not", () => {
  const token = { token: "t", placement: "session" } as const;
  const error = assertThrows(() => resolve({ token }), TypeError);
  assertStringIncludes(
    error.message,
    "needs a session: set the option session",
  );
  resolve({ session: true, token });
});

Deno.test("resolveOptions() refuses a window that is no number of messages", () => {
  for (const messages of [0, 1.5, Infinity]) {
    const session = { window: { messages } };
    const error = assertThrows(() => resolve({ session }), RangeError);
    assertStringIncludes(error.message, "session.window.messages");
  }
  assertThrows(() => resolveAny({ session: { ack: "never" } }), TypeError);
});
