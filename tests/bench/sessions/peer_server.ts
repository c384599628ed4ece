/**
 * What the servers of the comparison obey, and how they are started.
 *
 * @module
 */

import { openModule } from "../../system/servers/remote/place.ts";
import { Remote } from "../../system/servers/remote/remote.ts";

/** A command to a server. */
export type PeerCommand =
  /** Listens; 0 is any port. `file` is where it may keep things. */
  | { readonly type: "start"; readonly port: number; readonly file: string }
  /** Sends a number to all clients. */
  | { readonly type: "emit"; readonly number: number }
  | { readonly type: "report" };

/** What a server tells. */
export interface PeerReport {
  readonly port: number;
  readonly connections: number;
  /** What came from clients, in order. */
  readonly received: readonly (readonly [client: number, number: number])[];
}

/** The server of a comparison. */
export interface ServerOfPeers extends AsyncDisposable {
  /** Where it listens on loopback. */
  readonly port: number;
  /** Sends a number to all clients. */
  emit(number: number): Promise<void>;
  /** What clients sent, to all its processes. */
  received(): Promise<PeerReport["received"]>;
  /** Kills it by SIGKILL, and starts it again on its port and its file. */
  restart(): Promise<void>;
}

/** A server in a process of its own, which may be killed and started again. */
export class PeerServer implements ServerOfPeers {
  readonly #module: URL;
  readonly #file: string;
  #remote: Remote<PeerCommand, PeerReport>;
  #port = 0;
  /** What earlier processes received. */
  #before: PeerReport["received"] = [];

  private constructor(module: URL, file: string) {
    this.#module = module;
    this.#file = file;
    this.#remote = this.#open();
  }

  /** Starts one. */
  static async start(name: string): Promise<PeerServer> {
    const file = await Deno.makeTempFile({ suffix: ".db" });
    const module = new URL(`./${name}_server.ts`, import.meta.url);
    const server = new PeerServer(module, file);
    await server.#listen();
    return server;
  }

  /** Where it listens on loopback. */
  get port(): number {
    return this.#port;
  }

  /** Sends a number to all clients. */
  async emit(number: number): Promise<void> {
    await this.#remote.call({ type: "emit", number });
  }

  /** What clients sent, to all its processes. */
  async received(): Promise<PeerReport["received"]> {
    const { received } = await this.#remote.call({ type: "report" });
    return [...this.#before, ...received];
  }

  /** Kills it by SIGKILL, and starts it again on its port and its file. */
  async restart(): Promise<void> {
    this.#before = await this.received();
    await this.#remote[Symbol.asyncDispose]();
    this.#remote = this.#open();
    await this.#listen();
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
    for (const end of ["", "-wal", "-shm", "-known"]) {
      await Deno.remove(this.#file + end).catch(() => {});
    }
  }

  #open(): Remote<PeerCommand, PeerReport> {
    return new Remote(openModule(this.#module, "process"));
  }

  async #listen(): Promise<void> {
    const start = {
      type: "start",
      port: this.#port,
      file: this.#file,
    } as const;
    this.#port = (await this.#remote.call(start)).port;
  }
}
