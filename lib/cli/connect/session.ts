/**
 * One connection of `connect`, from its start to its exit code.
 *
 * @module
 */

import type { DropEvent } from "../../client/socket/events.ts";
import type { ReconnectingWebSocket } from "../../client/reconnecting_websocket.ts";
import type { ConnectPlan } from "./plan.ts";
import { EXIT_CODES, exitCodeOf } from "../exit_code.ts";
import { Feed } from "./feed.ts";
import type { Reporter } from "./reporter.ts";
import type { SessionIo } from "../terminal/command_io.ts";
import type { Source } from "./source.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly socket: ReconnectingWebSocket;
  readonly plan: ConnectPlan;
  readonly reporter: Reporter;
  readonly source: Source;
  readonly io: SessionIo;
}

/** Feeds input to a socket and reports what comes from it. */
export class Session {
  readonly #parts: SessionParts;
  readonly #over = new AbortController();
  readonly #forced = Promise.withResolvers<number>();
  #unsent = 0;
  #cause: "none" | "interrupted" | "reader gone" | "input failed" = "none";

  /** Makes a session that has not begun. */
  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Runs to the end; resolves to the exit code. */
  async run(): Promise<number> {
    this.#listen();
    const stop = this.#parts.io.onInterrupt(() => this.#interrupt());
    try {
      this.#send().catch((error) => this.#onInputFailed(error));
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
    socket.addEventListener("drop", (event) => {
      this.#unsent += countUnsent(event);
      reporter.dropped(event);
    });
    socket.addEventListener("heartbeat", ({ latency }) => {
      reporter.measured(latency);
    });
    socket.addEventListener("statuschange", () => reporter.refresh());
    socket.addEventListener("close", (event) => reporter.closed(event));
  }

  /** The first heartbeat is an interval away, and people want to see one. */
  async #measure(): Promise<void> {
    const { socket, reporter, io } = this.#parts;
    if (!io.isInteractive) return;
    try {
      reporter.measured(await socket.probe());
    } catch {
      // If the connection is dead, `disconnect` tells it.
    }
  }

  async #send(): Promise<void> {
    const { socket, plan, io, reporter, source } = this.#parts;
    const feed = new Feed(socket);
    for await (const message of source.messages) {
      reporter.sent(message);
      await feed.push(message);
      if (this.#over.signal.aborted) return;
    }
    await feed.done();
    if (this.#over.signal.aborted) return;
    await this.#wait(plan.wait, io);
    socket.close(1000);
  }

  #wait(delay: number, io: SessionIo): Promise<void> {
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
      for await (const message of socket) await this.#report(message);
      await reporter.flush();
      return this.#requested();
    } catch (error) {
      reporter.failed(error);
      await reporter.flush();
      return exitCodeOf(error);
    }
  }

  async #report(
    message: Parameters<Reporter["received"]>[0],
  ): Promise<void> {
    try {
      await this.#parts.reporter.received(message);
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.#cause = "reader gone";
      this.#parts.socket.close(1000);
    }
  }

  #onInputFailed(error: unknown): void {
    this.#parts.reporter.failed(error);
    this.#cause = "input failed";
    this.#parts.socket.close(1000);
  }

  #requested(): number {
    switch (this.#cause) {
      case "interrupted":
        return EXIT_CODES.interrupted;
      case "reader gone":
        return EXIT_CODES.success;
      case "input failed":
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
    this.#cause = "interrupted";
    this.#parts.socket.close(1000);
  }
}

function countUnsent({ direction, count }: DropEvent): number {
  return direction === "outbound" ? count : 0;
}
