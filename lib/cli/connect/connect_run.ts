/**
 * One run of `connect`, from its first connection to its exit code.
 *
 * @module
 */

import { DropEvent } from "../../client/socket/events.ts";
import type { ReconnectingWebSocket } from "../../client/reconnecting_websocket.ts";
import type { ConnectPlan } from "./plan.ts";
import { EXIT_CODES, exitCodeOf } from "../exit_code.ts";
import { Feed } from "./feed.ts";
import { errorText, type Reporter } from "./reporter.ts";
import { OutputError } from "../terminal/output_error.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import type { Source } from "./source.ts";

/** The parts of a run. */
export interface RunParts {
  readonly socket: ReconnectingWebSocket;
  readonly plan: ConnectPlan;
  readonly reporter: Reporter;
  readonly source: Source;
  readonly io: ProcessIo;
}

/** Why the run itself closed the socket. */
type Cause =
  | "none"
  | "interrupted"
  | "reader gone"
  | "input failed"
  | "output failed";

/** Sends the input to a socket, and reports what the socket does. */
export class ConnectRun {
  readonly #parts: RunParts;
  readonly #over = new AbortController();
  readonly #forced = Promise.withResolvers<number>();
  #unsent = 0;
  #cause: Cause = "none";

  /** Makes a run; `run()` begins it. */
  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Runs to the end; resolves to the exit code. */
  async run(): Promise<number> {
    this.#listen();
    const stop = this.#parts.io.onInterrupt(() => this.#interrupt());
    try {
      this.#send();
      return await Promise.race([this.#receive(), this.#forced.promise]);
    } finally {
      stop();
      this.#over.abort();
      this.#parts.socket.close(1000);
      this.#parts.source.stop();
      this.#parts.reporter.end();
    }
  }

  #listen(): void {
    const { socket, reporter } = this.#parts;
    socket.addEventListener("open", (event) => {
      reporter.opened(event);
      this.#measure();
    });
    socket.addEventListener("disconnect", (event) => {
      reporter.disconnected(event);
    });
    socket.addEventListener("drop", (event) => this.#onDrop(event));
    socket.addEventListener("heartbeat", ({ latency }) => {
      reporter.measured(latency);
    });
    socket.addEventListener("statuschange", () => reporter.refresh());
    socket.addEventListener("close", (event) => reporter.closed(event));
    reporter.outputFailed.then((error) => this.#onOutputFailed(error));
  }

  /** The first heartbeat comes only after an interval; a person sees this one. */
  async #measure(): Promise<void> {
    const { socket, reporter, io } = this.#parts;
    if (!io.isInteractive) return;
    try {
      reporter.measured(await socket.probe());
    } catch {
      // If the connection is dead, the event `disconnect` reports it.
    }
  }

  async #send(): Promise<void> {
    const { socket, plan, io } = this.#parts;
    const feed = new Feed(socket, (bytes) => this.#onTooLarge(bytes));
    const end = await this.#sendAll(feed);
    await feed.done();
    if (this.#over.signal.aborted) return;
    if (end === "all sent") await this.#wait(plan.wait, io);
    socket.close(1000);
  }

  async #sendAll(feed: Feed): Promise<"all sent" | "failed"> {
    const { reporter, source } = this.#parts;
    try {
      for await (const message of source.messages) {
        reporter.sent(message);
        await feed.push(message);
        if (this.#over.signal.aborted) break;
      }
      return "all sent";
    } catch (error) {
      this.#cause = "input failed";
      reporter.failed(error);
      return "failed";
    }
  }

  #wait(delay: number, io: ProcessIo): Promise<void> {
    if (delay === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = delay === Infinity
      ? () => {}
      : io.clock.after(delay, resolve);
    this.#over.signal.addEventListener("abort", () => {
      cancel();
      resolve();
    });
    return promise;
  }

  async #receive(): Promise<number> {
    const { socket, reporter } = this.#parts;
    try {
      for await (const message of socket) await reporter.received(message);
      await reporter.flush();
      return this.#exitCode();
    } catch (error) {
      if (this.#cause === "reader gone") return EXIT_CODES.success;
      reporter.failed(error);
      await reporter.flush();
      return exitCodeOf(error);
    }
  }

  #onDrop(event: DropEvent): void {
    // Nobody wants them any more.
    if (this.#cause === "reader gone") return;
    if (event.direction === "outbound") this.#unsent += event.count;
    this.#parts.reporter.dropped(event);
  }

  #onTooLarge(bytes: number): void {
    this.#onDrop(
      new DropEvent({
        count: 1,
        bytes,
        direction: "outbound",
        reason: "overflow",
      }),
    );
  }

  #onOutputFailed(error: unknown): void {
    const isReaderGone = error instanceof OutputError &&
      error.kind === "reader gone";
    if (isReaderGone) return this.#close("reader gone");
    const why = new Error(`Cannot write to stdout: ${errorText(error)}`);
    this.#parts.reporter.failed(why);
    this.#close("output failed");
  }

  #exitCode(): number {
    switch (this.#cause) {
      case "interrupted":
        return EXIT_CODES.interrupted;
      case "reader gone":
        return EXIT_CODES.success;
      case "input failed":
      case "output failed":
        return EXIT_CODES.failure;
      case "none":
        return this.#unsent > 0 ? EXIT_CODES.unsent : EXIT_CODES.success;
    }
  }

  /** The first one closes; the second one does not wait for the server. */
  #interrupt(): void {
    if (this.#cause === "interrupted") {
      this.#forced.resolve(EXIT_CODES.interrupted);
    }
    this.#close("interrupted");
  }

  #close(cause: Cause): void {
    this.#cause = cause;
    this.#parts.socket.close(1000);
  }
}
