/**
 * The schemas of messages, and the types that follow from them.
 *
 * @module
 */

import type { Message } from "./envelope.ts";
import type { Issue, Schema, SchemaResult } from "./standard_schema.ts";

/** The schema of the data of each type of message, of any Standard Schema library. */
export type Schemas = Readonly<Record<string, Schema>>;

/** The types of messages that have a schema. */
export type TypeOf<S extends Schemas> = Extract<keyof S, string>;

/** What the schema of a type makes of its data. */
export type OutputOf<S extends Schemas, T extends TypeOf<S>> = NonNullable<
  S[T]["~standard"]["types"]
>["output"];

/** What a schema says about a message. */
export type Verdict =
  /** The type has no schema. */
  | { readonly kind: "unknown"; readonly message: Message }
  /** The data is what the schema made of it. */
  | { readonly kind: "valid"; readonly message: Message }
  | {
    readonly kind: "invalid";
    readonly message: Message;
    readonly issues: readonly Issue[];
    readonly cause?: unknown;
  };

/** Checks a message with the schema of its type. Neither throws nor rejects. */
export function validate(
  message: Message,
  schemas: ReadonlyMap<string, Schema>,
): Verdict | Promise<Verdict> {
  const schema = schemas.get(message.type);
  if (schema === undefined) return { kind: "unknown", message };
  try {
    const result = schema["~standard"].validate(message.data);
    if (!("then" in result)) return verdictOf(message, result);
    return Promise.resolve(result).then(
      (result) => verdictOf(message, result),
    ).catch((cause: unknown) => failed(message, cause));
  } catch (cause) {
    return failed(message, cause);
  }
}

function verdictOf(
  message: Message,
  result: SchemaResult<unknown>,
): Verdict {
  if (result.issues) return { kind: "invalid", message, issues: result.issues };
  return { kind: "valid", message: { ...message, data: result.value } };
}

/** A schema that throws has not accepted the message. */
function failed(message: Message, cause: unknown): Verdict {
  const issues = [{ message: `The schema failed: ${textOf(cause)}` }];
  return { kind: "invalid", message, issues, cause };
}

/** Describes anything that can be thrown, even what cannot be converted. */
export function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : typeof cause;
}
