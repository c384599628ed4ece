/**
 * The chaos proxy: a TCP proxy on loopback in a thread of its own that breaks
 * connections on command, in the ways that networks break them.
 *
 * @module
 */

import { openModule } from "../remote/place.ts";
import { Remote } from "../remote/remote.ts";
import { findUnusedPort } from "./unused_port.ts";

/** Up is from the client to the server, down is from the server to the client. */
export type Direction = "up" | "down";

/** Where a fault strikes. */
export type Directions = Direction | "both";

/**
 * A fault, or the end of all of them.
 *
 * A lasting fault (`refuse`, `blackhole`, `delay`, `throttle`, `answer`,
 * `hold-close`) counts for all connections, present and future, until `clear`. A
 * single one (`cut`, `corrupt`) waits for its byte, whichever connection that
 * belongs to, and `clear` calls it off. `reset` and `half-close` strike the open
 * connections at once.
 */
export type Fault =
  /** Listens no more; open connections stay. */
  | { readonly type: "refuse" }
  /** Sends RST to both sides. */
  | { readonly type: "reset" }
  /** Sends FIN in one direction, whose bytes are dropped from now on. */
  | { readonly type: "half-close"; readonly direction: Direction }
  /**
   * Lets nothing pass, and not even an end. What was sent meanwhile passes after
   * `clear`, as TCP would send it again.
   */
  | { readonly type: "blackhole"; readonly direction: Directions }
  /** Makes each byte arrive later. */
  | {
    readonly type: "delay";
    readonly direction: Directions;
    readonly milliseconds: number;
  }
  /** Lets bytes pass no faster than this, per connection. */
  | {
    readonly type: "throttle";
    readonly direction: Directions;
    readonly bytesPerSecond: number;
  }
  /** Lets this many bytes more pass, then ends the connection. */
  | {
    readonly type: "cut";
    readonly direction: Direction;
    readonly after: number;
    readonly with: "fin" | "rst";
  }
  /** Inverts the byte after this many more, then lets the rest pass. */
  | {
    readonly type: "corrupt";
    readonly direction: Direction;
    readonly after: number;
  }
  /** Answers what a new connection sends first, and closes; the server is not asked. */
  | { readonly type: "answer"; readonly bytes: Uint8Array | string }
  /** Does not pass on that a side has ended or reset its connection, until `clear`. */
  | { readonly type: "hold-close" }
  /** Ends all lasting faults, calls off single ones, and listens again. */
  | { readonly type: "clear" };

/** A fault and when it strikes. */
export interface ScheduledFault {
  /** Milliseconds after the schedule was received. */
  readonly at: number;
  readonly fault: Fault;
}

/** A command to the proxy. Each is acknowledged with a report. */
export type ProxyCommand =
  /** Listens; the first command. */
  | {
    readonly type: "start";
    /** Chosen by the main thread, which gives no port twice. */
    readonly port: number;
    readonly upstreamPort: number;
  }
  | { readonly type: "report" }
  /** New connections go to another server; open ones stay where they are. */
  | { readonly type: "redirect"; readonly upstreamPort: number }
  | { readonly type: "apply"; readonly fault: Fault }
  /** Replaces the schedule that runs, if one does. */
  | { readonly type: "schedule"; readonly faults: readonly ScheduledFault[] };

/** What the proxy has seen. */
export interface ProxyReport {
  readonly port: number;
  /** The connections that it has accepted. */
  readonly accepted: number;
  /** The connections with a side that is still open. */
  readonly open: number;
  /** The bytes that it has passed on. */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** The single faults that have struck. */
  readonly struck: number;
  /** The faults of the schedule that are still to come. */
  readonly scheduled: number;
}

/** A handle on the proxy. */
export class TcpProxy implements AsyncDisposable {
  /** The port, which survives `refuse` and `clear`. */
  readonly port: number;
  /** Its URL, without a path. */
  readonly url: string;
  readonly #remote: Remote<ProxyCommand, ProxyReport>;

  /**
   * Takes over a proxy that has started; see {@linkcode startTcpProxy}.
   *
   * @param remote The line to it.
   * @param port Where it listens.
   */
  constructor(remote: Remote<ProxyCommand, ProxyReport>, port: number) {
    this.#remote = remote;
    this.port = port;
    this.url = `ws://127.0.0.1:${port}`;
  }

  /**
   * Brings about a fault, or ends all of them.
   *
   * @param fault The fault.
   * @returns The state after it.
   */
  apply(fault: Fault): Promise<ProxyReport> {
    return this.#remote.call({ type: "apply", fault });
  }

  /**
   * Sends new connections to another server.
   *
   * @param upstreamPort Its port on loopback.
   */
  async redirect(upstreamPort: number): Promise<void> {
    await this.#remote.call({ type: "redirect", upstreamPort });
  }

  /**
   * Brings about faults one after the other, even while this thread is blocked.
   * When the last one has struck, `scheduled` in the report is 0.
   *
   * @param faults The faults, with increasing times.
   */
  async schedule(faults: readonly ScheduledFault[]): Promise<void> {
    await this.#remote.call({ type: "schedule", faults });
  }

  /** Reports what the proxy has seen. */
  report(): Promise<ProxyReport> {
    return this.#remote.call({ type: "report" });
  }

  /**
   * Waits until the proxy has seen something; a state that is there counts.
   *
   * @param wanted Whether a report shows it.
   * @returns The first report that does.
   */
  until(wanted: (report: ProxyReport) => boolean): Promise<ProxyReport> {
    return this.#remote.until({ type: "report" }, wanted);
  }

  /** Ends the proxy, and every connection of it, at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}

/**
 * Starts a chaos proxy.
 *
 * @param upstreamPort The port of the server on loopback.
 * @returns The proxy, listening.
 */
export async function startTcpProxy(upstreamPort: number): Promise<TcpProxy> {
  const script = new URL("./tcp_proxy_main.ts", import.meta.url);
  const remote = new Remote<ProxyCommand, ProxyReport>(
    openModule(script, "thread"),
  );
  try {
    const { port } = await remote.call({
      type: "start",
      port: findUnusedPort(),
      upstreamPort,
    });
    return new TcpProxy(remote, port);
  } catch (error) {
    await remote[Symbol.asyncDispose]();
    throw error;
  }
}
