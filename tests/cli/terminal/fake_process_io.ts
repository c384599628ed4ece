import { type Clock, PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import type { ProcessIo } from "../../../lib/cli/terminal/command_io.ts";
import { RecordingIo, type RecordingOptions } from "./recording_io.ts";

/** What a test chooses about the process. */
export interface FakeProcessOptions extends RecordingOptions {
  /** Whether a person sits at a terminal. */
  readonly interactive?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/** The surroundings of a command, with what is typed or piped as an argument. */
export class FakeProcessIo extends RecordingIo implements ProcessIo {
  readonly isInteractive: boolean;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly clock: Clock;
  /** The modes that the terminal was set to. */
  readonly keys: string[] = [];
  readonly #type: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #awaited = new Set<() => void>();
  #interrupt = () => {};
  #resume = () => {};

  constructor(
    {
      interactive = false,
      isTerminal = interactive,
      environment = {},
      clock = PLATFORM_CLOCK,
      ...streams
    }: FakeProcessOptions = {},
  ) {
    super({ ...streams, isTerminal });
    this.isInteractive = interactive;
    this.clock = clock;
    this.#environment = environment;
    const { readable, writable } = new TransformStream<
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>
    >();
    this.stdin = readable;
    this.#type = writable.getWriter();
  }

  /** Types or pipes text or bytes in. */
  type(input: string | Uint8Array<ArrayBuffer>): void {
    const bytes = typeof input === "string"
      ? new TextEncoder().encode(input)
      : input;
    this.#type.write(bytes).catch(() => {});
  }

  /** Ends stdin. */
  finish(): void {
    this.#type.close().catch(() => {});
  }

  /** Breaks stdin. */
  breakInput(error: Error): void {
    this.#type.abort(error).catch(() => {});
  }

  /** Sends a signal. */
  interrupt(): void {
    this.#interrupt();
  }

  /** Goes on after Ctrl-Z. */
  resume(): void {
    this.#resume();
  }

  /** Settles when a text has been written to stdout or stderr. */
  async shows(text: string): Promise<void> {
    while (!`${this.written}${this.errors}`.includes(text)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#awaited.add(resolve);
      await promise;
    }
  }

  override write(text: string): void {
    super.write(text);
    this.#notify();
  }

  override error(text: string): void {
    super.error(text);
    this.#notify();
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async writeBytes(bytes: Uint8Array): Promise<void> {
    this.write(new TextDecoder().decode(bytes));
  }

  setKeys(mode: "raw" | "lines"): void {
    this.keys.push(mode);
  }

  environment(name: string): string | undefined {
    return this.#environment[name];
  }

  peekEnvironment(name: string): string | undefined {
    return this.#environment[name];
  }

  onInterrupt(listener: () => void): () => void {
    this.#interrupt = listener;
    return () => this.#interrupt = () => {};
  }

  onResume(listener: () => void): () => void {
    this.#resume = listener;
    return () => this.#resume = () => {};
  }

  #notify(): void {
    for (const resolve of this.#awaited) resolve();
    this.#awaited.clear();
  }
}
