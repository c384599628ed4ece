/**
 * A server of sessions in a process of its own, which dies and is started again
 * on its file.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { delay } from "@std/async";
import { openModule } from "../../../servers/remote/place.ts";
import { Remote } from "../../../servers/remote/remote.ts";
import {
  type Birth,
  type Kept,
  type ServerEvent,
  wallNow,
} from "../check/history.ts";
import type { ServerFault } from "../schedule.ts";
import { ServerLog } from "./server_log.ts";
import type { LifeCommand, LifeReport, Service } from "./service.ts";
import type { SetupName } from "../setups.ts";

/** All lives of one server, on one port and one file. */
export class ServerLives implements Service {
  readonly #log: ServerLog;
  readonly #setup: SetupName;
  #remote: Remote<LifeCommand, LifeReport>;
  #port = 0;
  #pushes = 0;
  /** When the copy of the file was begun. */
  #snapshot: number | undefined;

  private constructor(log: ServerLog, setup: SetupName) {
    this.#log = log;
    this.#setup = setup;
    this.#remote = open();
  }

  /** Starts the first life. */
  static async start(setup: SetupName): Promise<ServerLives> {
    const lives = new ServerLives(await ServerLog.create(), setup);
    await lives.#begin({ kind: "started" });
    return lives;
  }

  get port(): number {
    return this.#port;
  }

  push(session: string, count: number, size: number): void {
    const first = this.#pushes + 1;
    this.#pushes += count;
    this.#remote.call({ type: "push", session, first, count, size })
      .catch(() => {});
  }

  async endSession(session: string): Promise<void> {
    await this.#remote.call({ type: "end-session", session }).catch(() => {});
  }

  async strike(fault: ServerFault, session: string | undefined): Promise<void> {
    switch (fault.type) {
      case "kill":
        return await this.#replace({ kind: "killed" });
      case "stop":
        return await this.#stop(fault.milliseconds);
      case "drain":
        await this.#remote.call({ type: "drain" });
        return await this.#replace({ kind: "killed" });
      case "wipe":
        this.#snapshot = undefined;
        return await this.#replace({ kind: "wiped" }, () => this.#removeFile());
      case "snapshot":
        return this.#keep();
      case "roll-back":
        return await this.#rollBack(session);
      case "end-session":
        if (session !== undefined) await this.endSession(session);
        return;
      case "move":
      case "redis":
        throw new TypeError(`One server has no other: ${fault.type}`);
    }
  }

  /** Nothing lasts. */
  async calm(): Promise<void> {}

  async history(ended: string | undefined): Promise<readonly ServerEvent[]> {
    return await this.#log.read(ended);
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    await this.#log[Symbol.asyncDispose]();
  }

  get #file(): string {
    return `${this.#log.folder}/sessions.db`;
  }

  get #copy(): string {
    return `${this.#log.folder}/copy.db`;
  }

  /** It does not know then that it slept. */
  async #stop(milliseconds: number): Promise<void> {
    this.#remote.signal("SIGSTOP");
    await delay(milliseconds);
    this.#remote.signal("SIGCONT");
  }

  #keep(): void {
    const at = wallNow();
    using db = opened(this.#file);
    removeIfThere(this.#copy);
    db.db.exec(`VACUUM INTO '${this.#copy}'`);
    this.#snapshot = at;
  }

  /** The copy is a new generation. */
  async #rollBack(session: string | undefined): Promise<void> {
    const to = this.#snapshot;
    if (to === undefined) return await this.#replace({ kind: "killed" });
    const kept = session === undefined ? undefined : this.#keptOf(session);
    const birth: Birth = kept === undefined
      ? { kind: "rolled-back", to }
      : { kind: "rolled-back", to, kept };
    await this.#replace(birth, () => {
      this.#removeFile();
      Deno.copyFileSync(this.#copy, this.#file);
      using db = opened(this.#file);
      db.db.exec(
        "UPDATE holdfast_store SET generation = lower(hex(randomblob(8)))",
      );
    });
  }

  #keptOf(session: string): Kept | undefined {
    using db = opened(this.#copy);
    const row = db.db.prepare(
      "SELECT record FROM holdfast_session WHERE session = ? AND state = 'live'",
    ).get(session);
    if (row === undefined) return undefined;
    const { accepted, log } = JSON.parse(`${row["record"]}`);
    return { session, accepted, last: log.last };
  }

  async #replace(birth: Birth, between = () => {}): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    between();
    this.#remote = open();
    await this.#begin(birth);
  }

  async #begin(birth: Birth): Promise<void> {
    const { port } = await this.#remote.call({
      type: "start",
      life: this.#log.begin(birth),
      port: this.#port,
      place: { kind: "sqlite", file: this.#file },
      log: this.#log.path,
      setup: this.#setup,
    });
    this.#port = port;
  }

  #removeFile(): void {
    for (const end of ["", "-wal", "-shm"]) removeIfThere(this.#file + end);
  }
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
