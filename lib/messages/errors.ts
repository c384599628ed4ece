/**
 * What can go wrong with a message or with a request.
 *
 * @module
 */

import { SocketError, type SocketErrorInit } from "../client/errors.ts";
import type { Issue } from "./standard_schema.ts";

/** A message could not be decoded, or is not safe to decode. */
export class DecodeError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "DecodeError";
  }
  /** A few characters of the message, around the fault where that is known. */
  readonly excerpt: string;

  /**
   * Makes the error.
   *
   * @param message What is wrong with the data.
   * @param init The excerpt, and the cause.
   */
  constructor(
    message: string,
    init: { readonly excerpt: string; readonly cause?: unknown },
  ) {
    super(message, { retryable: false, ...causeOf(init) });
    this.excerpt = init.excerpt;
  }
}

/**
 * A request was not answered, because the connection or the dispatcher ended.
 * If it had been sent, the server may have handled it.
 */
export class RequestLostError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "RequestLostError";
  }
  /** The type of the request. */
  readonly type: string;

  /**
   * Makes the error.
   *
   * @param message What happened, and what to do about it.
   * @param init The type of the request.
   */
  constructor(
    message: string,
    init: SocketErrorInit & { readonly type: string },
  ) {
    super(message, init);
    this.type = init.type;
  }
}

/** A request was answered with another type than expected, such as `"error"`. */
export class UnexpectedReplyError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "UnexpectedReplyError";
  }
  /** The type of the answer. */
  readonly type: string;
  /** The data of the answer: checked if its type has a schema, else as it came. */
  readonly data: unknown;

  /**
   * Makes the error.
   *
   * @param message What was expected.
   * @param init The answer.
   */
  constructor(
    message: string,
    init: { readonly type: string; readonly data: unknown },
  ) {
    super(message, { retryable: false });
    this.type = init.type;
    this.data = init.data;
  }
}

/** A request was answered with data that its schema refuses. */
export class InvalidReplyError extends SocketError {
  /** The name of the class. */
  override get name(): string {
    return "InvalidReplyError";
  }
  /** What the schema found. */
  readonly issues: readonly Issue[];

  /**
   * Makes the error.
   *
   * @param message What is wrong.
   * @param init What the schema found, and the cause.
   */
  constructor(
    message: string,
    init: {
      readonly issues: readonly Issue[];
      readonly cause?: unknown;
    },
  ) {
    super(message, { retryable: false, ...causeOf(init) });
    this.issues = init.issues;
  }
}

function causeOf(
  { cause }: { readonly cause?: unknown },
): { readonly cause?: unknown } {
  return cause === undefined ? {} : { cause };
}
