import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./log_record.ts";

/** How a file is opened: append, overwrite, or fail if it exists. */
export type LogMode = "a" | "w" | "x";

/** Options for {@linkcode FileHandler}. */
export interface FileHandlerOptions extends BaseHandlerOptions {
  /** The path of the file. */
  filename: string;
  /**
   * How the file is opened.
   *
   * @default {"a"}
   */
  mode?: LogMode;
  /**
   * How many bytes are gathered before they are written.
   *
   * @default {4096}
   */
  bufferSize?: number;
}

/**
 * Writes to a file, in blocks; a critical record, {@linkcode flush} and the end
 * of the process write at once. Needs `--allow-write`.
 */
export class FileHandler extends BaseHandler {
  readonly #filename: string;
  readonly #mode: LogMode;
  readonly #buffer: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly #destroyAtEnd = () => this.destroy();
  #buffered = 0;
  #file: Deno.FsFile | undefined;

  /** Makes a handler; {@linkcode setup} has to follow. */
  constructor(levelName: LevelName, options: FileHandlerOptions) {
    super(levelName, options);
    this.#filename = options.filename;
    this.#mode = options.mode ?? "a";
    this.#buffer = new Uint8Array(options.bufferSize ?? 4096);
  }

  /** Opens the file. */
  override setup(): void {
    this.openFile();
    addEventListener("unload", this.#destroyAtEnd);
  }

  /** Takes a record from a logger. */
  override handle(logRecord: LogRecord): void {
    super.handle(logRecord);
    if (logRecord.level > LogLevels.ERROR) this.flush();
  }

  /** Writes a line. */
  log(msg: string): void {
    const bytes = this.#encoder.encode(`${msg}\n`);
    if (this.#buffered + bytes.length > this.#buffer.length) this.flush();
    if (bytes.length > this.#buffer.length) {
      this.#write(bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  /** Writes what has been gathered. */
  flush(): void {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    this.#write(bytes);
  }

  /** Closes the file. */
  override destroy(): void {
    this.closeFile();
    removeEventListener("unload", this.#destroyAtEnd);
  }

  /** Opens the file, in the mode of the options. */
  protected openFile(): void {
    this.#file = Deno.openSync(this.#filename, {
      append: this.#mode === "a",
      create: this.#mode !== "x",
      createNew: this.#mode === "x",
      truncate: this.#mode === "w",
      write: true,
    });
  }

  /** Closes the file after a flush. */
  protected closeFile(): void {
    this.flush();
    this.#file?.close();
    this.#file = undefined;
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    while (this.#file !== undefined && written < bytes.length) {
      written += this.#file.writeSync(bytes.subarray(written));
    }
  }
}
