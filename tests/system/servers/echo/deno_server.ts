/**
 * `Deno.serve` with `Deno.upgradeWebSocket`, in a thread or a process of its own.
 *
 * @module
 */

import { EchoServer, type ListenOptions, startServer } from "./echo_server.ts";
import { openModule, type Place } from "../remote/place.ts";
import { Remote } from "../remote/remote.ts";
import type { ServerCommand } from "./server_command.ts";
import type { ServerReport } from "./server_report.ts";

/** The options of {@linkcode startDenoServer}. */
export interface DenoServerOptions extends ListenOptions {
  /**
   * Deno's `idleTimeout`, in seconds: how often it pings, and how long it then
   * waits for a pong.
   *
   * @default {120}
   */
  readonly idleTimeout?: number;
  /** The subprotocols that it speaks; it takes the first that the client offers. */
  readonly protocols?: readonly string[];
}

/** A command to the server. */
export type DenoServerCommand = ServerCommand<DenoServerOptions>;

/** An echo server made of `Deno.serve`. */
export type DenoServer = EchoServer<DenoServerOptions>;

/**
 * Starts an echo server made of `Deno.serve`.
 *
 * @param options Address, idle timeout, subprotocols.
 * @param place Where it runs.
 * @returns The server, listening.
 */
export async function startDenoServer(
  options: DenoServerOptions = {},
  place: Place = "thread",
): Promise<DenoServer> {
  const script = new URL("./deno_server_main.ts", import.meta.url);
  const remote = new Remote<DenoServerCommand, ServerReport>(
    openModule(script, place),
  );
  return new EchoServer(remote, await startServer(remote, options));
}
