import { assertThrows } from "@std/assert";
import { check, type Rule } from "../../lib/client/options/validate.ts";
import {
  DISPATCHER_OPTIONS,
  REQUEST_OPTIONS,
  SUBSCRIBE_OPTIONS,
} from "../../lib/messages/options.ts";
import { flatEnvelope, jsonCodec } from "../../lib/messages/mod.ts";

function accept(rule: Rule, ...accepted: readonly object[]): void {
  for (const options of accepted) check(options, "options", rule);
}

function refuse(
  rule: Rule,
  refused: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [name, values] of Object.entries(refused)) {
    for (const value of values) {
      const options = { [name]: value };
      assertThrows(() => check(options, "options", rule), Error, `"${name}`);
    }
  }
}

Deno.test("DISPATCHER_OPTIONS accepts what its types allow", () => {
  accept(
    DISPATCHER_OPTIONS,
    {},
    { codec: jsonCodec(), envelope: flatEnvelope() },
    { unknown() {}, invalid: async () => {}, createId: () => 1 },
    { waiting: {}, maxRequests: Infinity },
    { waiting: { maxMessages: 1, maxBytes: Infinity }, maxRequests: 1 },
  );
});

Deno.test("DISPATCHER_OPTIONS refuses other values, with the name of the option", () => {
  refuse(DISPATCHER_OPTIONS, {
    codec: [null, {}, { encode() {} }, "json"],
    envelope: [null, { wrap() {} }],
    unknown: [1, {}],
    invalid: [null],
    createId: ["id"],
    maxRequests: [0, 0.5, NaN, "1"],
    waiting: [1, { maxMessages: 0 }, { maxBytes: 0.5 }, { maxSize: 1 }],
  });
});

Deno.test("REQUEST_OPTIONS accepts what its types allow", () => {
  accept(
    REQUEST_OPTIONS,
    {},
    { reply: "sum", timeout: Infinity, resend: true },
    { signal: AbortSignal.abort(), timeout: 0.5, resend: false },
  );
});

Deno.test("REQUEST_OPTIONS refuses other values, with the name of the option", () => {
  refuse(REQUEST_OPTIONS, {
    reply: [1],
    timeout: [0, -1, NaN, "1"],
    signal: [{}, new EventTarget(), null],
    resend: [1],
  });
});

Deno.test("SUBSCRIBE_OPTIONS accepts what its types allow", () => {
  const { signal } = new AbortController();
  accept(
    SUBSCRIBE_OPTIONS,
    {},
    { unsubscribe: { type: "leave" }, signal },
    { unsubscribe: { type: "leave", data: 1 } },
  );
});

Deno.test("SUBSCRIBE_OPTIONS refuses other values, with the name of the option", () => {
  refuse(SUBSCRIBE_OPTIONS, {
    unsubscribe: [1, null, {}, { type: 1 }],
    signal: [1],
  });
});
