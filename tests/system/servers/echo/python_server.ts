/**
 * Debian's `python3-websockets` as a server, in a process of its own.
 *
 * @module
 */

import { PROGRAMS } from "../../requirements.ts";
import { EchoServer, type ListenOptions, startServer } from "./echo_server.ts";
import { Remote } from "../remote/remote.ts";
import { openProcess } from "../remote/remote_process.ts";
import type { ServerCommand } from "./server_command.ts";
import type { ServerReport } from "./server_report.ts";

/** The options of {@linkcode startPythonServer}, in the library's own words. */
export interface PythonServerOptions extends ListenOptions {
  /**
   * Seconds between two pings; `null` turns them off.
   *
   * @default {20}
   */
  readonly pingInterval?: number | null;
  /**
   * Seconds that a client has for its pong, before it is closed with 1011.
   *
   * @default {20}
   */
  readonly pingTimeout?: number | null;
  /** The subprotocols that it speaks. */
  readonly protocols?: readonly string[];
}

/** An echo server made of `python3-websockets`. */
export type PythonServer = EchoServer<PythonServerOptions>;

/**
 * Starts an echo server made of `python3-websockets`.
 *
 * @param options Address, keepalive, subprotocols.
 * @param within A command line that runs another one, such as `ip netns exec <name>`.
 * @returns The server, listening.
 */
export async function startPythonServer(
  options: PythonServerOptions = {},
  within: readonly string[] = [],
): Promise<PythonServer> {
  const script = `${import.meta.dirname}/python_server.py`;
  const remote = new Remote<ServerCommand<PythonServerOptions>, ServerReport>(
    (receiver) =>
      openProcess([...within, PROGRAMS.python, "-u", script], receiver),
  );
  return new EchoServer(remote, await startServer(remote, options));
}
