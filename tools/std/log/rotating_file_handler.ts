import { FileHandler, type FileHandlerOptions } from "./file_handler.ts";
import type { LevelName } from "./levels.ts";

/** Options for {@linkcode RotatingFileHandler}. */
interface RotatingFileHandlerOptions extends FileHandlerOptions {
  /** The size in bytes that no file exceeds. */
  maxBytes: number;
  /** How many older files are kept, as `<filename>.1`, the newest, and on. */
  maxBackupCount: number;
}

/**
 * Writes to a file and starts a new one when it is full. Needs `--allow-read`
 * and `--allow-write`.
 */
export class RotatingFileHandler extends FileHandler {
  readonly #options: Readonly<RotatingFileHandlerOptions>;
  #size = 0;

  /** Makes a handler; {@linkcode setup} has to follow. */
  constructor(levelName: LevelName, options: RotatingFileHandlerOptions) {
    super(levelName, options);
    this.#options = { ...options };
  }

  /** Opens the file; mode `"w"` removes older files, `"x"` refuses them. */
  override setup(): void {
    const { filename, maxBackupCount, maxBytes, mode = "a" } = this.#options;
    requirePositive("maxBytes", maxBytes);
    requirePositive("maxBackupCount", maxBackupCount);
    const backups = this.#backups().filter(exists);
    if (mode === "x" && backups[0] !== undefined) {
      throw new Deno.errors.AlreadyExists(
        `Backup log file ${backups[0]} already exists`,
      );
    }
    super.setup();
    if (mode === "w") backups.forEach((backup) => Deno.removeSync(backup));
    this.#size = Deno.statSync(filename).size;
  }

  /** Writes a line, to a new file when the present one would be too large. */
  override log(msg: string): void {
    const size = new TextEncoder().encode(msg).length + 1;
    if (this.#size + size > this.#options.maxBytes) {
      this.rotateLogFiles();
      this.#size = 0;
    }
    super.log(msg);
    this.#size += size;
  }

  /** Renames each file to the next older name and starts a new one. */
  rotateLogFiles(): void {
    this.closeFile();
    const names = [this.#options.filename, ...this.#backups()];
    for (let age = names.length - 1; age > 0; age--) {
      const [newer, older] = [names[age - 1]!, names[age]!];
      if (exists(newer)) Deno.renameSync(newer, older);
    }
    this.openFile();
  }

  #backups(): string[] {
    const { filename, maxBackupCount } = this.#options;
    return Array.from(
      { length: maxBackupCount },
      (_, index) => `${filename}.${index + 1}`,
    );
  }
}

function requirePositive(name: string, value: number): void {
  if (value < 1) throw new Error(`"${name}" must be >= 1: received ${value}`);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
