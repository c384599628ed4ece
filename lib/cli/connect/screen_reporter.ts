/**
 * Reports a run on a terminal: events and messages above, status line and
 * prompt below.
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
import type { ProcessIo } from "../terminal/command_io.ts";
import { statusLine, toneOf } from "./status_line.ts";

/** How often the status line is refreshed, in milliseconds. */
const TICK = 200;

/** Reports a run on a screen. */
export class ScreenReporter implements Reporter {
  readonly #io: ProcessIo;
  readonly #socket: ReconnectingWebSocket;
  readonly #url: string;
  readonly #editor = new LineEditor();
  readonly #screen: Screen;
  #latency: number | undefined;
  readonly #stopTicking: () => void;
  readonly #stopListening: () => void;

  /** Puts the terminal into raw mode, and draws. */
  constructor(io: ProcessIo, socket: ReconnectingWebSocket, url: URL) {
    this.#io = io;
    this.#socket = socket;
    this.#url = redactUrl(url.href);
    this.#screen = new Screen(io, () => this.#bottom());
    io.setKeys("raw");
    this.#screen.refresh();
    this.#stopTicking = io.clock.every(TICK, () => this.#screen.refresh());
    this.#stopListening = io.onResume(() => this.#resume());
  }

  /** Makes messages of keys, and shows what is being typed. */
  typed(keys: AsyncIterable<string>): AsyncIterable<Message> {
    return typedLines(keys, this.#editor, () => this.#screen.refresh());
  }

  /** Prints a line for a connection. */
  opened(event: OpenEvent): void {
    this.#screen.print(openText(event), "good");
  }

  /** Prints a line for a loss or a failed attempt. */
  disconnected(event: DisconnectEvent): void {
    this.#latency = undefined;
    this.#screen.print(disconnectText(event), "bad");
  }

  /** Prints a line for lost messages. */
  dropped(event: DropEvent): void {
    this.#screen.print(dropText(event), "bad");
  }

  /** Prints a line for the end, unless `failed()` does. */
  closed({ why }: EndEvent): void {
    if (why === "requested") this.#screen.print("Closed", "quiet");
  }

  /** Shows the latency in the status line. */
  measured(latency: number): void {
    this.#latency = latency;
    this.#screen.refresh();
  }

  /** Draws the status line and the prompt, if they have changed. */
  refresh(): void {
    this.#screen.refresh();
  }

  /** Prints a message that is about to be sent. */
  sent(message: Message): void {
    this.#screen.print(String(message), "sent");
  }

  /** Prints a message. */
  received(message: MessageData): Promise<void> {
    const text = typeof message === "string"
      ? message
      : binaryText(bytesOf(message));
    this.#screen.print(text, "received");
    return Promise.resolve();
  }

  /** Prints an error. */
  failed(error: unknown): void {
    this.#screen.print(errorText(error), "bad");
  }

  /** Settles at once: each change is written immediately. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Never settles: when the terminal is gone, the system ends the process. */
  readonly outputFailed: Promise<unknown> = new Promise(() => {});

  /** Gives the terminal back as it was. */
  end(): void {
    this.#stopTicking();
    this.#stopListening();
    this.#screen.end();
    this.#io.setKeys("lines");
  }

  #resume(): void {
    this.#io.setKeys("raw");
    this.#screen.redraw();
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
