/**
 * A server that numbers what it sends and remembers what it receives, per lane
 * and client, in a thread of its own.
 *
 * @module
 */

import { openModule } from "../../servers/remote/place.ts";
import { Remote } from "../../servers/remote/remote.ts";
import type { ServerConnection } from "../check/history.ts";
import type { ServerFault } from "../schedule/schedule.ts";

/** A command to the server; `lane` is the path that a client connects to. */
export type NumberingCommand =
  | { readonly type: "start" }
  | {
    readonly type: "apply";
    readonly lane: string;
    readonly fault: ServerFault;
  }
  /** Reads again. */
  | { readonly type: "clear"; readonly lane: string }
  | { readonly type: "report"; readonly lane: string }
  /** Reports what was seen, and forgets it. */
  | { readonly type: "history"; readonly lane: string };

/** What the server tells of one lane. */
export interface NumberingReport {
  readonly port: number;
  /** The connections that are open. */
  readonly open: number;
  /** Empty unless the history was asked for. */
  readonly connections: readonly ServerConnection[];
}

/** What a client asks for: an answer per message, of some size. */
export function encodeRequest(number: number, size: number): string {
  return `${number} ${size} ${"x".repeat(size)}`;
}

/**
 * Reads what a client asks for; `undefined`: none has asked so. A length or a mask
 * that was corrupted on its way can make a message of other bytes.
 */
export function decodeRequest(
  text: string,
): { readonly number: number; readonly size: number } | undefined {
  const match = /^(\d+) (\d+) (x*)$/.exec(text);
  if (match === null) return undefined;
  const [number = NaN, size = NaN] = match.slice(1, 3).map(Number);
  return match[3]?.length === size ? { number, size } : undefined;
}

/** What the server says. */
export interface Answer {
  readonly connection: number;
  readonly number: number;
  /** The last number that this connection received. */
  readonly heard: number;
}

/** Reads what the server says; `undefined`: it cannot have said that. */
export function decodeAnswer(data: unknown): Answer | undefined {
  const match = /^(\d+) (\d+) (\d+) x*$/.exec(String(data));
  if (match === null) return undefined;
  const [, connection, number, heard] = match.map(Number);
  return {
    connection: connection ?? NaN,
    number: number ?? NaN,
    heard: heard ?? NaN,
  };
}

/** A handle on the server. */
export class NumberingServer implements AsyncDisposable {
  /** Where it listens on loopback. */
  readonly port: number;
  readonly #remote: Remote<NumberingCommand, NumberingReport>;

  /**
   * Takes over a server that has started; see {@linkcode startNumberingServer}.
   *
   * @param remote The line to it.
   * @param port Where it listens.
   */
  constructor(
    remote: Remote<NumberingCommand, NumberingReport>,
    port: number,
  ) {
    this.#remote = remote;
    this.port = port;
  }

  /** Brings about a fault on the open connections of a lane. */
  async apply(lane: string, fault: ServerFault): Promise<void> {
    await this.#remote.call({ type: "apply", lane, fault });
  }

  /** Ends the lasting faults of a lane. */
  async clear(lane: string): Promise<void> {
    await this.#remote.call({ type: "clear", lane });
  }

  /** Waits until a lane has no open connection, and gives its history. */
  async history(lane: string): Promise<readonly ServerConnection[]> {
    await this.#remote.until(
      { type: "report", lane },
      ({ open }) => open === 0,
    );
    const report = await this.#remote.call({ type: "history", lane });
    return report.connections;
  }

  /** Ends the server at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}

/** Starts a numbering server. */
export async function startNumberingServer(): Promise<NumberingServer> {
  const script = new URL("./numbering_server_main.ts", import.meta.url);
  const remote = new Remote<NumberingCommand, NumberingReport>(
    openModule(script, "thread"),
  );
  const { port } = await remote.call({ type: "start" });
  return new NumberingServer(remote, port);
}
