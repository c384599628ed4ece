import { type Clock, PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import type { SessionIo } from "../../../lib/cli/terminal/command_io.ts";
import { RecordingIo } from "./recording_io.ts";

/** The surroundings of a session, with what is typed or piped as an argument. */
export class FakeSessionIo extends RecordingIo implements SessionIo {
  readonly isInteractive: boolean;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly clock: Clock = PLATFORM_CLOCK;
  readonly keys: string[] = [];
  readonly #type: WritableStreamDefaultWriter<Uint8Array>;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #awaited = new Set<() => void>();
  #interrupt = () => {};

  constructor(
    { interactive = false, columns = 80, environment = {} }: {
      readonly interactive?: boolean;
      readonly columns?: number;
      readonly environment?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super({ isTerminal: interactive, columns });
    this.isInteractive = interactive;
    this.#environment = environment;
    const { readable, writable } = new TransformStream<
      Uint8Array,
      Uint8Array
    >();
    this.stdin = readable;
    this.#type = writable.getWriter();
  }

  /** Types or pipes a text in. */
  type(text: string): void {
    this.#type.write(new TextEncoder().encode(text)).catch(() => {});
  }

  /** There is no more to come. */
  finish(): void {
    this.#type.close().catch(() => {});
  }

  /** Sends a signal. */
  interrupt(): void {
    this.#interrupt();
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
    this.#tell();
  }

  override error(text: string): void {
    super.error(text);
    this.#tell();
  }

  writeBytes(bytes: Uint8Array): Promise<void> {
    this.write(new TextDecoder().decode(bytes));
    return Promise.resolve();
  }

  setKeys(mode: "raw" | "lines"): void {
    this.keys.push(mode);
  }

  environment(name: string): string | undefined {
    return this.#environment[name];
  }

  onInterrupt(listener: () => void): () => void {
    this.#interrupt = listener;
    return () => this.#interrupt = () => {};
  }

  #tell(): void {
    for (const resolve of this.#awaited) resolve();
    this.#awaited.clear();
  }
}
