/**
 * Loads the messages of errors apart from their classes: sending and receiving do
 * not need them.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { FailureContext } from "./texts.ts";

/** What writes messages. */
export interface MessageWriter {
  /** Writes the message of an error. */
  messageOf(failure: Failure, context: FailureContext): string;
}

/**
 * The messages of errors, once they are loaded. A page whose chunks were
 * replaced by a deployment may get none: then errors have a short text, and
 * each of them tries again.
 */
export class TextLoader {
  readonly #import: () => Promise<MessageWriter>;
  #writer: MessageWriter | undefined;
  #loading: Promise<void> | undefined;

  /** Takes what imports them. */
  constructor(load: () => Promise<MessageWriter>) {
    this.#import = load;
  }

  /** Loads them once. Settles when they are there or cannot be had; never rejects. */
  load(): Promise<void> {
    if (this.#writer) return Promise.resolve();
    return this.#loading ??= this.#import().then((writer) => {
      this.#writer = writer;
    }, () => {
      this.#loading = undefined;
    });
  }

  /** Takes them, where nothing can be loaded later. */
  provide(writer: MessageWriter): void {
    this.#writer = writer;
  }

  /** The message of an error, as far as it is loaded. */
  messageOf(failure: Failure, context: FailureContext): string {
    if (this.#writer) return this.#writer.messageOf(failure, context);
    this.load();
    return shortText(failure);
  }
}

/** Class and fields of the error say the rest, but not what to do without a worker. */
function shortText(failure: Failure): string {
  if (failure.type === "worker" && failure.detail.includes("/in-thread")) {
    return `The worker failed: ${failure.detail}`;
  }
  const code = "closeCode" in failure
    ? ` ${failure.closeCode}`
    : "status" in failure
    ? ` ${failure.status}`
    : "";
  return `Failed: ${failure.type}${code} (the text that explains it is not loaded)`;
}
