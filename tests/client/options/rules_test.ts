import { assertEquals, assertThrows } from "@std/assert";
import * as rules from "../../../lib/client/options/rules.ts";
import { check, type Rule } from "../../../lib/client/options/validate.ts";
import { WorkerHost } from "../../../lib/client/workers/worker_host.ts";

function takes(rule: Rule, value: unknown): boolean {
  try {
    check(value, "it", rule);
    return true;
  } catch {
    return false;
  }
}

const HOOK = { hook: true };
const BUFFER = new ArrayBuffer(1);
const VIEW = new DataView(BUFFER);

/** What each rule takes, and what it refuses. */
const CASES: readonly [
  name: string,
  rule: Rule,
  good: readonly unknown[],
  bad: readonly unknown[],
][] = [
  ["DELAY", rules.DELAY, [0, 0.5], [-1, NaN, Infinity, "1"]],
  ["COUNT", rules.WHOLE_FROM_1, [1, Infinity], [0, 0.5, -1, NaN, 1n]],
  ["ATTEMPTS", rules.WHOLE_FROM_0, [0, 1, Infinity], [0.5, -1, NaN]],
  ["FACTOR", rules.FACTOR, [1, 1.5], [0.9, Infinity, NaN]],
  ["TEXT", rules.TEXT, ["", "a"], [null, 5]],
  ["HEADER_TEXT", rules.HEADER_TEXT, ["", "a\tb", "ü"], ["a\n", "€", 5]],
  ["PROTOCOL_PREFIX", rules.PROTOCOL_PREFIX, ["", "a."], ["a b", "a,", 5]],
  ["SOURCE", rules.SOURCE, ["", () => ""], [{}, 5]],
  ["TEMPLATE", rules.TEMPLATE, ["", {}], [[], 5, null]],
  ["BODY", rules.BODY, ["", BUFFER, VIEW], [{}, [], 5]],
  ["BODY_OR_HOOK", rules.BODY_OR_HOOK, ["", HOOK], [{ hook: false }, 5]],
  ["PATTERN", rules.PATTERN, ["", BUFFER, {}, HOOK], [
    5,
    null,
    new SharedArrayBuffer(1),
    new Blob(["a"]),
  ]],
  ["PATTERNS", rules.PATTERNS, ["", {}, [], ["", {}]], [5, [5]]],
  ["CODES", rules.CODES, [[], [1000, 4999]], [[999], [5000], 1000]],
  ["MODULE", rules.MODULE, ["a", new URL("a:b")], [{}, 5]],
  ["WORKER", rules.WORKER, [
    "shared",
    "dedicated",
    "none",
    new WorkerHost(),
    "tabs",
  ], ["own", {}, { size: 2 }]],
  ["LOGGER", rules.LOGGER, [console], [{ debug() {} }, null]],
  ["SIGNAL", rules.SIGNAL, [AbortSignal.abort()], [{}, null]],
];

for (const [name, rule, good, bad] of CASES) {
  Deno.test(`${name} takes ${Deno.inspect(good)} and refuses ${Deno.inspect(bad)}`, () => {
    assertEquals(good.map((value) => takes(rule, value)), good.map(() => true));
    assertEquals(bad.map((value) => takes(rule, value)), bad.map(() => false));
  });
}

Deno.test("checkHeaders() takes headers that can be sent", () => {
  rules.checkHeaders({}, "headers");
  rules.checkHeaders({ "X-Key": "a", cookie: "ü\t" }, "headers");
});

for (
  const [headers, complaint] of [
    ["x", 'Option "headers" must be a plain object, not this string'],
    [{ "a b": "" }, 'Option "headers" must not have the header "a b"'],
    [{ Host: "" }, 'Option "headers" must not have the header "Host"'],
    [
      { "sec-websocket-key": "" },
      'Option "headers" must not have the header "sec-websocket-key"',
    ],
    [
      { x: "a\r\nHost: b" },
      'Option "headers.x" must be a string without control characters, not this string',
    ],
  ] as const
) {
  Deno.test(`checkHeaders() refuses ${Deno.inspect(headers)}`, () => {
    const { message } = assertThrows(
      () => rules.checkHeaders(headers, "headers"),
      TypeError,
    );
    assertEquals(message, complaint);
  });
}

Deno.test("isHook() and isSource() know a mark from data", () => {
  const values = [HOOK, { hook: 1 }, "", () => "", null];
  assertEquals(values.map(rules.isHook), [true, false, false, false, false]);
  assertEquals(values.map(rules.isSource), [false, false, true, true, false]);
});
