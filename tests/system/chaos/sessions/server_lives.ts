/**
 * A server of sessions in a process of its own, which dies and is started again
 * on its file.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { delay } from "@std/async";
import { openModule } from "../../servers/place.ts";
import { Remote } from "../../servers/remote.ts";
import { type Birth, type ServerEvent, wallNow } from "./history.ts";
import type { SetupName } from "./setups.ts";

/** A command to one life of the server. */
export type LifeCommand =
  | {
    readonly type: "start";
    readonly life: number;
    /** 0 for any. */
    readonly port: number;
    /** Where sessions are kept. */
    readonly file: string;
    /** Where it writes what it sees. */
    readonly log: string;
    readonly setup: SetupName;
  }
  | {
    readonly type: "push";
    readonly session: string;
    readonly first: number;
    readonly count: number;
    readonly size: number;
  }
  | { readonly type: "end-session"; readonly session: string }
  | { readonly type: "drain" }
  | { readonly type: "report" };

/** What a life of the server tells. */
export interface LifeReport {
  readonly port: number;
  /** The sessions that have ended in this life. */
  readonly ended: readonly string[];
}

/** All lives of one server, on one port and one file. */
export class ServerLives implements AsyncDisposable {
  readonly #folder: string;
  readonly #setup: SetupName;
  #remote: Remote<LifeCommand, LifeReport>;
  #port = 0;
  #lives = 0;
  #pushes = 0;
  #logged = 0;
  /** When the copy of the file was begun. */
  #snapshot: number | undefined;

  /** See {@linkcode startServerLives}. */
  constructor(folder: string, setup: SetupName) {
    this.#folder = folder;
    this.#setup = setup;
    this.#remote = open();
  }

  /** Where it listens on loopback. */
  get port(): number {
    return this.#port;
  }

  /** Starts the first life. */
  async start(): Promise<void> {
    await this.#begin({ kind: "started" });
  }

  /** Sends to a session. Who is dead does nothing. */
  push(session: string, count: number, size: number): void {
    const first = this.#pushes + 1;
    this.#pushes += count;
    this.#remote.call({ type: "push", session, first, count, size })
      .catch(() => {});
  }

  /** Ends a session, as the application. */
  async endSession(session: string): Promise<void> {
    await this.#remote.call({ type: "end-session", session }).catch(() => {});
  }

  /** Stops the process for a while, which then does not know that it slept. */
  async stop(milliseconds: number): Promise<void> {
    this.#remote.signal("SIGSTOP");
    await delay(milliseconds);
    this.#remote.signal("SIGCONT");
  }

  /** Kills it, and starts another one on the file. */
  async kill(): Promise<void> {
    await this.#replace({ kind: "killed" });
  }

  /** Sends its clients away; then another one takes over. */
  async drain(): Promise<void> {
    await this.#remote.call({ type: "drain" });
    await this.#replace({ kind: "killed" });
  }

  /** Kills it, and starts another one without a file. */
  async wipe(): Promise<void> {
    this.#snapshot = undefined;
    await this.#replace({ kind: "wiped" }, () => this.#removeFile());
  }

  /** Copies the file. */
  snapshot(): void {
    const at = wallNow();
    using db = opened(this.#file);
    removeIfThere(this.#copy);
    db.db.exec(`VACUUM INTO '${this.#copy}'`);
    this.#snapshot = at;
  }

  /** Kills it, and starts another one on the copy, in a new generation. */
  async rollBack(): Promise<void> {
    const to = this.#snapshot;
    if (to === undefined) return await this.kill();
    await this.#replace({ kind: "rolled-back", to }, () => {
      this.#removeFile();
      Deno.copyFileSync(this.#copy, this.#file);
      using db = opened(this.#file);
      db.db.exec(
        "UPDATE holdfast_store SET generation = lower(hex(randomblob(8)))",
      );
    });
  }

  /**
   * What happened since the last call.
   *
   * @param ended Waits for the end of this session, for half a minute.
   */
  async history(ended: string | undefined): Promise<readonly ServerEvent[]> {
    if (ended !== undefined) {
      // The checker finds a session that has not ended.
      await this.#remote.until(
        { type: "report" },
        (report) => report.ended.includes(ended),
      ).catch(() => {});
    }
    const lines = Deno.readTextFileSync(this.#log).split("\n").slice(0, -1);
    const events = lines.slice(this.#logged).map((line) => JSON.parse(line));
    this.#logged = lines.length;
    return events;
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #file(): string {
    return `${this.#folder}/sessions.db`;
  }

  get #copy(): string {
    return `${this.#folder}/copy.db`;
  }

  get #log(): string {
    return `${this.#folder}/log`;
  }

  async #replace(birth: Birth, between = () => {}): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    between();
    this.#remote = open();
    await this.#begin(birth);
  }

  async #begin(birth: Birth): Promise<void> {
    const event: ServerEvent = { type: "life", birth, at: wallNow() };
    Deno.writeTextFileSync(this.#log, JSON.stringify(event) + "\n", {
      append: true,
    });
    this.#lives += 1;
    const { port } = await this.#remote.call({
      type: "start",
      life: this.#lives,
      port: this.#port,
      file: this.#file,
      log: this.#log,
      setup: this.#setup,
    });
    this.#port = port;
  }

  #removeFile(): void {
    for (const end of ["", "-wal", "-shm"]) removeIfThere(this.#file + end);
  }
}

/** Starts a server. */
export async function startServerLives(
  setup: SetupName,
): Promise<ServerLives> {
  const folder = await Deno.makeTempDir({ prefix: "chaos-" });
  const lives = new ServerLives(folder, setup);
  await lives.start();
  return lives;
}

function open(): Remote<LifeCommand, LifeReport> {
  const script = new URL("./server_main.ts", import.meta.url);
  return new Remote(openModule(script, "process"));
}

function opened(path: string): { readonly db: DatabaseSync } & Disposable {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA busy_timeout = 5000");
  return { db, [Symbol.dispose]: () => db.close() };
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
