import { assertEquals } from "@std/assert";
import {
  isLost,
  isOpen,
  isOpened,
  isResume,
  isResumed,
} from "../../../lib/session/wire/handshake.ts";

const OPEN = {
  attempt: 1,
  instance: "i",
  window: [256, 1_048_576],
  protocols: ["chat"],
  maxMessage: 1_024,
  ttl: 120_000,
};
const OPENED = {
  session: "s",
  token: "t",
  gen: "g1",
  window: [256, 1_048_576],
  protocol: "",
  ttl: 120_000,
  maxMessage: 1_024,
};
const RESUME = {
  ...OPEN,
  token: "t",
  have: [["g2", 7], ["g1", 5]],
  ack: 6,
  first: 3,
  last: 4,
};
const RESUMED = {
  token: "t",
  got: 2,
  at: 7,
  last: 9,
  gen: "g2",
  uncertain: 0,
  orphans: 0,
  forgotten: 0,
  window: [256, 1_048_576],
  maxMessage: 1_024,
};
const LOST = {
  why: "ended",
  got: 2,
  uncertain: 3,
  at: 7,
  last: 9,
  opened: OPENED,
};

/** Which of the changes of a valid record are refused. */
function refusals(
  isValid: (value: unknown) => boolean,
  valid: Readonly<Record<string, unknown>>,
  changes: readonly Readonly<Record<string, unknown>>[],
): number {
  assertEquals(isValid(valid), true);
  assertEquals(isValid({ ...valid, later: "version" }), true);
  for (const name of Object.keys(valid)) {
    const { [name]: _, ...rest } = valid;
    const optional = name === "auth" || isValid === isLost && name !== "why" &&
        name !== "opened";
    if (!optional) assertEquals(isValid(rest), false, `without ${name}`);
    assertEquals(isValid({ ...valid, [name]: false }), false, name);
  }
  return changes.filter((change) => !isValid({ ...valid, ...change })).length;
}

Deno.test("isOpen() judges each field", () => {
  const wrong = [
    { attempt: 0 },
    { window: [1] },
    { window: [1, -1] },
    { protocols: [""] },
    { protocols: Array(33).fill("a") },
    { maxMessage: 0 },
    { auth: 1 },
    { instance: "" },
  ];
  assertEquals(refusals(isOpen, { ...OPEN, auth: "" }, wrong), wrong.length);
  assertEquals(isOpen(OPEN), true);
});

Deno.test("isResume() judges each field and how they agree", () => {
  const wrong = [
    { have: [] },
    { have: Array.from({ length: 5 }, (_, n) => [`g${n}`, 7]) },
    { have: [["g1", 7], ["g1", 7]] },
    { have: [["g2", 5], ["g1", 6]], ack: 5 },
    { ack: 8 },
    { first: 0 },
    { first: 6, last: 4 },
    { token: "x".repeat(513) },
  ];
  assertEquals(refusals(isResume, RESUME, wrong), wrong.length);
  assertEquals(isResume({ ...RESUME, first: 5, last: 4 }), true);
});

Deno.test("isOpened() judges each field", () => {
  const wrong = [{ session: "" }, { token: "" }, { protocol: null }];
  assertEquals(refusals(isOpened, OPENED, wrong), wrong.length);
});

Deno.test("isResumed() judges each field and how they agree", () => {
  const wrong = [{ at: 10 }, { got: -1 }, { orphans: 0.5 }];
  assertEquals(refusals(isResumed, RESUMED, wrong), wrong.length);
});

Deno.test("isLost() wants all numbers or none, and numbers that agree", () => {
  const wrong = [
    { why: "because" },
    { got: undefined },
    { uncertain: undefined },
    { at: undefined },
    { last: undefined },
    { got: 4 },
    { at: 10 },
    { opened: { ...OPENED, token: "" } },
  ];
  assertEquals(refusals(isLost, LOST, wrong), wrong.length);
  assertEquals(isLost({ why: "unknown", opened: OPENED }), true);
});
