/**
 * The handle that all echo servers share.
 *
 * @module
 */

import type { Remote } from "../remote/remote.ts";
import type { ServerCommand } from "./server_command.ts";
import type { ConnectionReport, ServerReport } from "./server_report.ts";
import { findUnusedPort } from "../tcp/unused_port.ts";

/** The options that all echo servers share. */
export interface ListenOptions {
  /**
   * The address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /**
   * The port to listen on.
   *
   * @default {findUnusedPort()}
   */
  readonly port?: number;
}

/** A server that echoes texts and binaries, run elsewhere and commanded from here. */
export class EchoServer<
  Options extends ListenOptions,
  Command extends { readonly type: string } = never,
> implements AsyncDisposable {
  /** The port; a restart keeps it. */
  readonly port: number;
  /** Its URL, without a path. */
  readonly url: string;
  protected readonly remote: Remote<
    ServerCommand<Options> | Command,
    ServerReport
  >;

  /**
   * Takes over a server that has started; see {@linkcode startServer}.
   *
   * @param remote The line to it.
   * @param address Where it listens.
   */
  constructor(
    remote: Remote<ServerCommand<Options> | Command, ServerReport>,
    address: Required<ListenOptions>,
  ) {
    this.remote = remote;
    this.port = address.port;
    this.url = `ws://${address.hostname}:${address.port}`;
  }

  /** Reports what the server has seen, without the histories. */
  report(): Promise<ServerReport> {
    return this.remote.call({ type: "report" });
  }

  /** Reports the latest connections with what was received on each. */
  async history(): Promise<readonly ConnectionReport[]> {
    const { connections } = await this.remote.call({ type: "history" });
    return connections;
  }

  /**
   * Waits until the server has seen something; a state that is there counts.
   *
   * @param wanted Whether a report shows it.
   * @returns The first report that does.
   */
  until(wanted: (report: ServerReport) => boolean): Promise<ServerReport> {
    return this.remote.until({ type: "report" }, wanted);
  }

  /**
   * Sends a text to every connection.
   *
   * @param text The text.
   */
  async send(text: string): Promise<void> {
    await this.remote.call({ type: "send", text });
  }

  /**
   * Closes every connection with a close frame.
   *
   * @param closeCode The code.
   * @param reason The reason.
   */
  async close(closeCode = 1000, reason = ""): Promise<void> {
    await this.remote.call({ type: "close", closeCode, reason });
  }

  /** Drops every TCP connection, without a close frame, and goes on listening. */
  async drop(): Promise<void> {
    await this.remote.call({ type: "drop" });
  }

  /** Drops every TCP connection and listens no more: new ones are refused. */
  async kill(): Promise<void> {
    await this.remote.call({ type: "kill" });
  }

  /** Closes every connection with 1001 and listens no more. */
  async stop(): Promise<void> {
    await this.remote.call({ type: "stop" });
  }

  /** Listens again on the same port, after `kill()` or `stop()`. */
  async restart(): Promise<void> {
    await this.remote.call({ type: "restart" });
  }

  /** Stops the server's process (SIGSTOP); it must run as a process. */
  suspend(): void {
    this.remote.signal("SIGSTOP");
  }

  /** Continues the server's process (SIGCONT). */
  resume(): void {
    this.remote.signal("SIGCONT");
  }

  /** Ends the server, and every connection of it, at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.remote[Symbol.asyncDispose]();
  }
}

/**
 * Starts a server over a line that has just been opened.
 *
 * @param remote The line, which is closed if the server does not start.
 * @param options The server's options.
 * @returns Where it listens.
 */
export async function startServer<
  Options extends ListenOptions,
  Command extends { readonly type: string },
>(
  remote: Remote<ServerCommand<Options> | Command, ServerReport>,
  options: Options,
): Promise<Required<ListenOptions>> {
  try {
    const { port } = await remote.call({
      type: "start",
      // It is the server's own after a restart, too.
      options: { ...options, port: options.port ?? findUnusedPort() },
    });
    return { hostname: options.hostname ?? "127.0.0.1", port };
  } catch (error) {
    await remote[Symbol.asyncDispose]();
    throw error;
  }
}
