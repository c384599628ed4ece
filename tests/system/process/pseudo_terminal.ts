/**
 * A command on a pseudo-terminal, with what is typed and seen in the hands of a
 * test.
 *
 * @module
 */

import { PROGRAMS } from "../requirements.ts";
import { within } from "../waiting.ts";

/** How a command on a terminal ended. */
export interface TerminalEnd {
  readonly code: number;
  /** Whether the terminal shows what is typed, as a shell needs it. */
  readonly echoes: boolean;
  /** Whether the terminal gives whole lines, as a shell needs it. */
  readonly gathersLines: boolean;
}

/** A command that runs on a terminal of its own. */
export class PseudoTerminal implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #end: Promise<TerminalEnd>;
  readonly #reading: Promise<void>;
  #output = "";
  #onOutput = Promise.withResolvers<void>();

  /**
   * Starts a command.
   *
   * @param command The program and its arguments.
   * @param options `columns`, how wide the terminal is; 0: it does not say.
   */
  constructor(
    command: readonly string[],
    { columns = 80, env = {} }: {
      readonly columns?: number;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ) {
    const { NO_COLOR: _, ...inherited } = Deno.env.toObject();
    const script = `${import.meta.dirname}/pseudo_terminal.py`;
    this.#process = new Deno.Command(PROGRAMS.python, {
      args: ["-u", script, `${columns}`, ...command],
      // Only the test decides on colours.
      env: { ...inherited, TERM: "xterm-256color", ...env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#commands = this.#process.stdin.getWriter();
    this.#end = new Response(this.#process.stderr).json();
    this.#reading = this.#read();
  }

  /** What has been written to the terminal since the last `clear()`. */
  get output(): string {
    // The terminal puts a carriage return before each line feed.
    return this.#output.replaceAll("\r\r\n", "\r\n");
  }

  /** How the command ended, once it has. */
  async end(): Promise<TerminalEnd> {
    await within(this.#reading);
    return await within(this.#end);
  }

  /** Forgets what has been written. */
  clear(): void {
    this.#output = "";
  }

  /** Types or pastes. */
  async type(keys: string): Promise<void> {
    await this.#command({ keys });
  }

  /** Makes the terminal wider or narrower. */
  async resize(columns: number): Promise<void> {
    await this.#command({ columns });
  }

  /** Settles when a text has been written; rejects if the command ends first, or after 20 s. */
  async shows(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      const more = await within(Promise.race([
        this.#onOutput.promise.then(() => true),
        this.#reading.then(() => false),
      ])).catch(() => false);
      if (more || this.output.includes(text)) continue;
      throw new Error(
        `The terminal never showed ${JSON.stringify(text)}, but ${
          JSON.stringify(this.output)
        }`,
      );
    }
  }

  /** Hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await Promise.allSettled([this.#reading, this.#end, this.#process.status]);
  }

  async #command(command: object): Promise<void> {
    const line = `${JSON.stringify(command)}\n`;
    await this.#commands.write(new TextEncoder().encode(line));
  }

  async #read(): Promise<void> {
    const texts = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      this.#output += text;
      const { resolve } = this.#onOutput;
      this.#onOutput = Promise.withResolvers();
      resolve();
    }
  }
}
