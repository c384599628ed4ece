/**
 * The interface that validators have in common, word for word that of
 * `@standard-schema/spec`, which invites to copy it; a test holds it to that.
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
  /** What Standard Schema says. */
  readonly "~standard": SchemaProps<Input, Output>;
}

/** What Standard Schema says about a validator. */
export interface SchemaProps<Input = unknown, Output = Input> {
  /** The version of Standard Schema. */
  readonly version: 1;
  /** The library. */
  readonly vendor: string;
  /** Judges a value. */
  readonly validate: (
    value: unknown,
  ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  /** What goes in and what comes out; there only for the compiler. */
  readonly types?:
    | { readonly input: Input; readonly output: Output }
    | undefined;
}

/** What a validator says: the value that it made, or what is wrong. */
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
