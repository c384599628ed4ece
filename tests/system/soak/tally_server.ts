/**
 * A server that counts what it receives and answers each message, in a process
 * of its own, so that its memory is not taken for the client's.
 *
 * @module
 */

import { openModule } from "../servers/remote/place.ts";
import { Remote } from "../servers/remote/remote.ts";
import type { ConnectionTally } from "./tally.ts";

/** A command to the server. */
export type TallyCommand =
  | { readonly type: "start" }
  | { readonly type: "report"; readonly lane: string };

/** What the server counted on one path. */
export interface TallyReport {
  readonly port: number;
  readonly open: number;
  readonly connections: readonly ConnectionTally[];
}

/** What a message asks for besides an answer. */
export type Wish =
  | "none"
  /** Drop TCP. */
  | "drop"
  /** Close with 1012. */
  | "close"
  /** Send so many binary messages of such a size: two more words. */
  | "flood";

/** A handle on the server. */
export class TallyServer implements AsyncDisposable {
  /** Its URL, without a path. */
  readonly url: string;
  readonly #remote: Remote<TallyCommand, TallyReport>;

  /**
   * Takes over a server that has started; see {@linkcode startTallyServer}.
   *
   * @param remote The line to it.
   * @param port Where it listens.
   */
  constructor(remote: Remote<TallyCommand, TallyReport>, port: number) {
    this.#remote = remote;
    this.url = `ws://127.0.0.1:${port}`;
  }

  /** Waits until a path has no open connection, and tells what was counted. */
  async connections(lane: string): Promise<readonly ConnectionTally[]> {
    const { connections } = await this.#remote.until(
      { type: "report", lane },
      ({ open }) => open === 0,
    );
    return connections;
  }

  /** Ends the server at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}

/** Starts a tally server. */
export async function startTallyServer(): Promise<TallyServer> {
  const script = new URL("./tally_server_main.ts", import.meta.url);
  const remote = new Remote<TallyCommand, TallyReport>(
    openModule(script, "process"),
  );
  const { port } = await remote.call({ type: "start" });
  return new TallyServer(remote, port);
}
