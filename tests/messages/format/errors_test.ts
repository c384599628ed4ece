import { assert, assertEquals, assertFalse } from "@std/assert";
import { SocketError } from "../../../lib/client/errors/mod.ts";
import {
  DecodeError,
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "../../../lib/messages/format/errors.ts";

const CAUSE = new Error("Cause");
const ISSUES = [{ message: "No" }];

Deno.test("errors of messages have their name, fields, cause and retryable", () => {
  const errors = [
    new DecodeError("a", { excerpt: "x", cause: CAUSE }),
    new InvalidReplyError("b", { issues: ISSUES, cause: CAUSE }),
    new UnexpectedReplyError("c", { type: "error", data: 1 }),
    new RequestLostError("d", { type: "add", retryable: true, cause: CAUSE }),
  ];
  assertEquals(
    errors.map(({ name, message, retryable, cause }) => [
      ...[name, message, retryable, cause],
    ]),
    [
      ["DecodeError", "a", false, CAUSE],
      ["InvalidReplyError", "b", false, CAUSE],
      ["UnexpectedReplyError", "c", false, undefined],
      ["RequestLostError", "d", true, CAUSE],
    ],
  );
  const fields = ["excerpt", "issues", "type", "data"];
  assertEquals(
    errors.map((error) => fields.map((field) => Reflect.get(error, field))),
    [
      ["x", undefined, undefined, undefined],
      [undefined, ISSUES, undefined, undefined],
      [undefined, undefined, "error", 1],
      [undefined, undefined, "add", undefined],
    ],
  );
  assert(errors.every((error) => error instanceof SocketError));
});

Deno.test("errors of messages have no cause where there is none", () => {
  assertFalse("cause" in new DecodeError("", { excerpt: "" }));
  assertFalse("cause" in new InvalidReplyError("", { issues: [] }));
});
