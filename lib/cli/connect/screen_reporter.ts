/**
 * A conversation on a terminal: what happens above, status and prompt below.
 *
 * @module
 */

import type {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
} from "../../client/socket/events.ts";
import type { ReconnectingWebSocket } from "../../client/reconnecting_websocket.ts";
import type { MessageData } from "../../client/socket/web_idl.ts";
import { redactUrl } from "../../identity/redact.ts";
import type { Message } from "./input.ts";
import { typedLines } from "./input.ts";
import { LineEditor } from "../terminal/line_editor.ts";
import {
  binaryText,
  bytesOf,
  disconnectText,
  dropText,
  errorText,
  openText,
  type Reporter,
} from "./reporter.ts";
import { type Bottom, Screen } from "../terminal/screen.ts";
import type { SessionIo } from "../terminal/command_io.ts";
import { statusLine, toneOf } from "./status_line.ts";

/** How often a countdown is drawn anew, in milliseconds. */
const TICK = 200;

/** Shows a conversation. */
export class ScreenReporter implements Reporter {
  readonly #io: SessionIo;
  readonly #socket: ReconnectingWebSocket;
  readonly #url: string;
  readonly #editor = new LineEditor();
  readonly #screen: Screen;
  #latency: number | undefined;
  readonly #stopTicking: () => void;

  /** Takes the terminal. */
  constructor(io: SessionIo, socket: ReconnectingWebSocket, url: URL) {
    this.#io = io;
    this.#socket = socket;
    this.#url = redactUrl(url.href);
    this.#screen = new Screen(io, () => this.#bottom());
    io.setKeys("raw");
    this.#screen.refresh();
    this.#stopTicking = io.clock.every(TICK, () => this.#screen.refresh());
  }

  /** Gives the lines that are typed. */
  typed(keys: AsyncIterable<string>): AsyncIterable<Message> {
    return typedLines(keys, this.#editor, () => this.#screen.refresh());
  }

  /** Prints it. */
  opened(event: OpenEvent): void {
    this.#screen.print(openText(event), "good");
  }

  /** Prints it. */
  disconnected(event: DisconnectEvent): void {
    this.#latency = undefined;
    this.#screen.print(disconnectText(event), "bad");
  }

  /** Prints it. */
  dropped(event: DropEvent): void {
    this.#screen.print(dropText(event), "bad");
  }

  /** Prints it, unless an error does. */
  closed({ why }: EndEvent): void {
    if (why === "requested") this.#screen.print("Closed", "quiet");
  }

  /** Shows it. */
  measured(latency: number): void {
    this.#latency = latency;
    this.#screen.refresh();
  }

  /** Draws what has changed. */
  refresh(): void {
    this.#screen.refresh();
  }

  /** Prints it. */
  sent(message: Message): void {
    this.#screen.print(String(message), "sent");
  }

  /** Prints it. */
  received(message: MessageData): Promise<void> {
    const text = typeof message === "string"
      ? message
      : binaryText(bytesOf(message));
    this.#screen.print(text, "received");
    return Promise.resolve();
  }

  /** Prints it. */
  failed(error: unknown): void {
    this.#screen.print(errorText(error), "bad");
  }

  /** Each change is written at once. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Never: a terminal that is gone ends the process. */
  readonly outputFailed: Promise<unknown> = new Promise(() => {});

  /** Gives the terminal back. */
  end(): void {
    this.#stopTicking();
    this.#screen.end();
    this.#io.setKeys("lines");
  }

  #bottom(): Bottom {
    const { status } = this.#socket;
    return {
      status: statusLine({
        status,
        metrics: this.#socket.metrics(),
        latency: this.#latency,
        url: this.#url,
        now: this.#io.clock.wallNow(),
      }),
      tone: toneOf(status),
      line: this.#editor.halves,
    };
  }
}
