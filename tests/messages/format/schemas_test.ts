import { assertEquals } from "@std/assert";
import { z } from "zod";
import { textOf, validate } from "../../../lib/messages/format/schemas.ts";
import type { Schema } from "../../../lib/messages/format/standard_schema.ts";

function schemaOf(validate: Schema["~standard"]["validate"]): Schema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

function validateWith(schema: Schema, data: unknown = 1) {
  return validate({ type: "a", data, id: 7 }, new Map([["a", schema]]));
}

Deno.test("validate() knows a type without a schema", () => {
  const message = { type: "b", data: 1 };
  assertEquals(validate(message, new Map()), { kind: "unknown", message });
});

Deno.test("validate() replaces the data by what the schema made of it", () => {
  const schema = z.string().transform((text) => text.length);
  assertEquals(validateWith(schema, "four"), {
    kind: "valid",
    message: { type: "a", data: 4, id: 7 },
  });
});

Deno.test("validate() keeps the data that the schema refuses, with its issues", () => {
  const issues = [{ message: "No" }];
  assertEquals(validateWith(schemaOf(() => ({ issues }))), {
    kind: "invalid",
    message: { type: "a", data: 1, id: 7 },
    issues,
  });
});

Deno.test("validate() waits for an asynchronous schema", async () => {
  const later = schemaOf((value) => Promise.resolve({ value }));
  assertEquals(await validateWith(later), {
    kind: "valid",
    message: { type: "a", data: 1, id: 7 },
  });
});

Deno.test("validate() takes a schema that throws or rejects for a refusal", async () => {
  const cause = new Error("Broken");
  const broken = [
    schemaOf(() => {
      throw cause;
    }),
    schemaOf(() => Promise.reject(cause)),
  ];
  for (const schema of broken) {
    assertEquals(await validateWith(schema), {
      kind: "invalid",
      message: { type: "a", data: 1, id: 7 },
      issues: [{ message: "The schema failed: Broken" }],
      cause,
    });
  }
});

Deno.test("textOf() describes anything that can be thrown", () => {
  assertEquals(textOf(new Error("Broken")), "Broken");
  assertEquals(textOf(Object.create(null)), "object");
  assertEquals(textOf(undefined), "undefined");
});
