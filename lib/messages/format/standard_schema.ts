/**
 * The interface that validators have in common. It is that of
 * `@standard-schema/spec`, whose authors recommend to copy it; a test compares
 * the two.
 *
 * @module
 */

/**
 * A validator: a schema of zod, valibot, arktype or any other library that
 * implements [Standard Schema](https://standardschema.dev).
 *
 * @example A schema without a library
 * ```ts
 * import type { Schema } from "@holdfast/websocket/messages";
 *
 * const text: Schema<unknown, string> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "string" ? { value } : { issues: [{ message: "Not text" }] },
 *   },
 * };
 * ```
 */
export interface Schema<Input = unknown, Output = Input> {
  /** The properties that Standard Schema defines. */
  readonly "~standard": SchemaProps<Input, Output>;
}

/** The properties that Standard Schema defines for a validator. */
export interface SchemaProps<Input = unknown, Output = Input> {
  /** The version of Standard Schema. */
  readonly version: 1;
  /** The library. */
  readonly vendor: string;
  /** Checks a value. */
  readonly validate: (
    value: unknown,
  ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  /** The types of input and output; only the compiler reads them. */
  readonly types?:
    | { readonly input: Input; readonly output: Output }
    | undefined;
}

/** The result of a validator: the value that it made, or what is wrong. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/** What is wrong with a value. */
export interface Issue {
  /** What is wrong. */
  readonly message: string;
  /** Where it is wrong: keys from the outside in. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}
