import { assertEquals, assertThrows } from "@std/assert";
import {
  check,
  DURATION,
  isObject,
  type Members,
  type Rule,
  SWITCH,
  WAIT,
} from "../../../lib/client/options/validate.ts";

const FORMAT: Rule = { oneOf: ["text", "json"] };
const OPTIONS: Members = {
  members: {
    openTimeout: DURATION,
    heartbeat: {
      members: { interval: DURATION },
      unless: (value) => value === false,
    },
    outbox: { members: { maxMessages: { rule: DURATION } }, default: {} },
  },
};

Deno.test("check() takes what the rules allow", () => {
  const allowed: readonly [unknown, Rule][] = [
    [0, WAIT],
    [Infinity, WAIT],
    [1, DURATION],
    [true, SWITCH],
    ["json", FORMAT],
    [{}, OPTIONS],
    [{ openTimeout: undefined, heartbeat: false }, OPTIONS],
    [{ heartbeat: { interval: 1 }, outbox: { maxMessages: 1 } }, OPTIONS],
  ];
  for (const [value, rule] of allowed) check(value, "options", rule);
});

Deno.test("check() leaves a value to the rule that checks it itself", () => {
  const calls: unknown[] = [];
  check(5, "headers", { check: (...args) => calls.push(args) });
  assertEquals(calls, [[5, "headers"]]);
});

for (
  const [value, rule, Class, wanted] of [
    [-1, WAIT, RangeError, "a number of milliseconds from 0, not -1"],
    [NaN, WAIT, RangeError, "a number of milliseconds from 0, not NaN"],
    ["5", WAIT, TypeError, 'a number of milliseconds from 0, not "5"'],
    [0, DURATION, RangeError, "a positive number of milliseconds, not 0"],
    [null, SWITCH, TypeError, "true or false, not null"],
    [{}, SWITCH, TypeError, "true or false, not this object"],
    ["xml", FORMAT, TypeError, '"text" or "json", not "xml"'],
    [[], OPTIONS, TypeError, "an object, not this object"],
    [true, OPTIONS, TypeError, "an object, not true"],
  ] as const
) {
  Deno.test(`check() throws a ${Class.name} for ${Deno.inspect(value)} instead of ${wanted}`, () => {
    const { message } = assertThrows(() => check(value, "it", rule), Class);
    assertEquals(message, `Option "it" must be ${wanted}`);
  });
}

Deno.test("check() names the path of a member", () => {
  assertThrows(
    () => check({ heartbeat: { interval: 0 } }, "options", OPTIONS),
    RangeError,
    'Option "heartbeat.interval" must be',
  );
});

Deno.test("check() shows no value of an option that may hold a secret", () => {
  for (const name of ["token", "token.leeway", "headers.x", "greeting.send"]) {
    const { message } = assertThrows(
      () => check("canary", name, DURATION),
      TypeError,
    );
    assertEquals(
      message,
      `Option "${name}" must be a positive number of milliseconds, not this string`,
    );
  }
});

for (
  const [name, suggestion] of [
    ["openTimout", 'did you mean "openTimeout"?'],
    ["OPENTIMEOUT", 'did you mean "openTimeout"?'],
    ["hearbeat", 'did you mean "heartbeat"?'],
    ["eartbeat", 'did you mean "heartbeat"?'],
    ["outBox", 'did you mean "outbox"?'],
    ["retries", "known are openTimeout, heartbeat, outbox"],
    ["toString", "known are openTimeout, heartbeat, outbox"],
  ] as const
) {
  Deno.test(`check() throws for the unknown option ${name}`, () => {
    const { message } = assertThrows(
      () => check({ [name]: 1 }, "options", OPTIONS),
      TypeError,
    );
    assertEquals(message, `Unknown option "${name}"; ${suggestion}`);
  });
}

Deno.test("isObject() knows what has members", () => {
  const objects = [{}, Object.create(null), new Map()];
  const others = [null, undefined, [], "text", 5, () => {}];
  assertEquals(objects.map(isObject), [true, true, true]);
  assertEquals(others.map(isObject), others.map(() => false));
});
