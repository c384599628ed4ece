/**
 * A program that uses this package as an application does, in a process of its
 * own: to be frozen, stopped, or put on a host whose network fails.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { openModule, type Place } from "./place.ts";
import { Remote } from "./remote.ts";

/** The options that a command line can carry. */
export type PlainOptions = Omit<
  ReconnectingWebSocketOptions,
  "signal" | "logger" | "hooks" | "token"
>;

/** A command to the program. */
export type SocketCommand =
  | {
    readonly type: "open";
    readonly name: string;
    readonly url: string;
    readonly options: PlainOptions;
  }
  | { readonly type: "send"; readonly name: string; readonly text: string }
  /** Blocks the main thread, and obeys nothing until that is over. */
  | { readonly type: "block"; readonly milliseconds: number }
  | { readonly type: "report" };

/** What a socket has fired, at an instant in milliseconds since the epoch. */
export interface FiredEvent {
  readonly at: number;
  readonly type: "open" | "message" | "disconnect" | "close" | "heartbeat";
  /** `disconnect`, `close`: the close code. */
  readonly closeCode?: number;
  /** `disconnect`: the name and the message of the error. */
  readonly error?: string;
  readonly text?: string;
  /** `disconnect`: milliseconds until the next attempt. */
  readonly delay?: number;
}

/** What the program has seen, by the names of its sockets. */
export interface SocketsReport {
  readonly sockets: Readonly<Record<string, SocketReport>>;
}

/** What one socket is, and what it has fired. */
export interface SocketReport {
  readonly status: string;
  /** The longest time between two pings, in milliseconds. */
  readonly longestGap: number;
  readonly events: readonly FiredEvent[];
}

/** A handle on the program. */
export class SocketProgram implements AsyncDisposable {
  readonly #remote: Remote<SocketCommand, SocketsReport>;

  /**
   * Starts the program.
   *
   * @param place Where it runs.
   */
  constructor(place: Place = "process") {
    const script = new URL("./socket_program_main.ts", import.meta.url);
    this.#remote = new Remote(openModule(script, place));
  }

  /**
   * Makes a socket, and waits until it is open.
   *
   * @param name The name that it has in reports.
   * @param url Where to.
   * @param options How to stay connected.
   */
  async open(name: string, url: string, options: PlainOptions): Promise<void> {
    await this.#remote.call({ type: "open", name, url, options });
    await this.until(name, ({ status }) => status === "open");
  }

  /**
   * Sends a text.
   *
   * @param name The socket.
   * @param text The text.
   */
  async send(name: string, text: string): Promise<void> {
    await this.#remote.call({ type: "send", name, text });
  }

  /**
   * Blocks the program's main thread.
   *
   * @param milliseconds For how long.
   * @returns What it reports when that is over.
   */
  block(milliseconds: number): Promise<SocketsReport> {
    return this.#remote.call({ type: "block", milliseconds });
  }

  /** Reports what the sockets have fired. */
  report(): Promise<SocketsReport> {
    return this.#remote.call({ type: "report" });
  }

  /**
   * Waits until a socket has fired something; what it fired before counts.
   *
   * @param name The socket.
   * @param wanted Whether its report shows it.
   * @returns The first report that does.
   */
  async until(
    name: string,
    wanted: (report: SocketReport) => boolean,
  ): Promise<SocketReport> {
    const { sockets } = await this.#remote.until(
      { type: "report" },
      ({ sockets }) => sockets[name] !== undefined && wanted(sockets[name]),
    );
    return sockets[name]!;
  }

  /**
   * Waits until a socket has fired an event that it had not fired when this was called.
   *
   * @param name The socket.
   * @param type The type of the event.
   * @returns The event.
   */
  async next(name: string, type: FiredEvent["type"]): Promise<FiredEvent> {
    const { sockets } = await this.report();
    const known = sockets[name]?.events.length ?? 0;
    const fresh = ({ events }: SocketReport) =>
      events.slice(known).find((event) => event.type === type);
    const report = await this.until(name, (it) => fresh(it) !== undefined);
    return fresh(report)!;
  }

  /** Stops the process (SIGSTOP). */
  suspend(): void {
    this.#remote.signal("SIGSTOP");
  }

  /** Continues the process (SIGCONT). */
  resume(): void {
    this.#remote.signal("SIGCONT");
  }

  /** Ends the program at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}

/** The present instant, in milliseconds since the epoch, as the reports have it. */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}
