/**
 * The error for results that stdout does not take.
 *
 * @module
 */

/** Stdout takes no more; the message is that of the system. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** `"reader gone"`: the other end of the pipe is closed. */
  readonly kind: "reader gone" | "failed";

  /** Makes an error from what a write threw. */
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.kind = cause instanceof Deno.errors.BrokenPipe
      ? "reader gone"
      : "failed";
  }
}
