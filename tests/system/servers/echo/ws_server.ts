/**
 * The npm package `ws` as a server, in a thread or a process of its own.
 *
 * @module
 */

import { EchoServer, type ListenOptions, startServer } from "./echo_server.ts";
import { openModule, type Place } from "../remote/place.ts";
import { Remote } from "../remote/remote.ts";
import type { ServerCommand } from "./server_command.ts";
import type { ServerReport } from "./server_report.ts";

/** How the server meets a handshake. */
export type Handshake =
  | { readonly type: "accept" }
  /** Answers with an HTTP response of this status. */
  | {
    readonly type: "refuse";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }
  /** Never answers; the TCP connection stays. */
  | { readonly type: "silence" }
  /** Drops the TCP connection instead of an answer. */
  | { readonly type: "drop" }
  /** Accepts, and drops the TCP connection at once. */
  | { readonly type: "accept-and-drop" };

/** What can be changed while the server runs; it counts for new connections. */
export interface WsServerBehaviour {
  /**
   * How to meet a handshake.
   *
   * @default {{ type: "accept" }}
   */
  readonly handshake?: Handshake;
  /** Headers that a handshake must carry, names in lower case; 401 without them. */
  readonly requiredHeaders?: Readonly<Record<string, string>>;
  /**
   * Whether a client's close frame is answered.
   *
   * @default {"answer"}
   */
  readonly closing?: "answer" | "ignore";
  /** The subprotocols that it speaks; it takes the first that the client offers. */
  readonly protocols?: readonly string[];
  /**
   * Pings this often, in milliseconds, and drops a client that has not answered by
   * the next ping.
   *
   * @default {0}, which is never
   */
  readonly pingInterval?: number;
}

/** The options of {@linkcode startWsServer}. */
export interface WsServerOptions extends ListenOptions, WsServerBehaviour {
  /**
   * Whether the server offers compression.
   *
   * @default {false}
   */
  readonly perMessageDeflate?: boolean;
}

/** A command to the server. */
export type WsServerCommand = ServerCommand<WsServerOptions> | WsOnlyCommand;

/** What only this server can be asked for. */
export type WsOnlyCommand =
  | { readonly type: "configure"; readonly behaviour: WsServerBehaviour }
  /** Writes bytes to every connection, whatever they are. */
  | { readonly type: "write"; readonly bytes: readonly number[] }
  /** Reads nothing any more from the open connections. */
  | { readonly type: "stop-reading" }
  | { readonly type: "continue-reading" };

/** An echo server made of `npm:ws`. */
export class WsServer extends EchoServer<WsServerOptions, WsOnlyCommand> {
  /**
   * Changes how new connections are met.
   *
   * @param behaviour What to change; the rest stays.
   */
  async configure(behaviour: WsServerBehaviour): Promise<void> {
    await this.remote.call({ type: "configure", behaviour });
  }

  /**
   * Writes bytes to every connection: frames of one's own, or no frames at all.
   *
   * @param bytes The bytes.
   */
  async write(bytes: Uint8Array): Promise<void> {
    await this.remote.call({ type: "write", bytes: [...bytes] });
  }

  /** Reads nothing any more, so that TCP pushes back on the clients. */
  async stopReading(): Promise<void> {
    await this.remote.call({ type: "stop-reading" });
  }

  /** Reads again. */
  async continueReading(): Promise<void> {
    await this.remote.call({ type: "continue-reading" });
  }
}

/**
 * Starts an echo server made of `npm:ws`.
 *
 * @param options Address and behaviour.
 * @param place Where it runs.
 * @returns The server, listening.
 */
export async function startWsServer(
  options: WsServerOptions = {},
  place: Place = "thread",
): Promise<WsServer> {
  const script = new URL("./ws_server_main.ts", import.meta.url);
  const remote = new Remote<WsServerCommand, ServerReport>(
    openModule(script, place),
  );
  return new WsServer(remote, await startServer(remote, options));
}
