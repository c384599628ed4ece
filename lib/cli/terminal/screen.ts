/**
 * A terminal with a status line and a prompt at its bottom. Messages are printed
 * above both, and leave what is being typed as it is.
 *
 * @module
 */

import type { CommandIo } from "./command_io.ts";
import { fitEnd, fitStart, widthOf, wrap } from "./text_width.ts";
import { visibleLine, visibleLines } from "./visible_text.ts";

/** The kind of a line; it decides on sign and colour. */
export type Tone = "received" | "sent" | "good" | "bad" | "quiet";

const PROMPT = "> ";
const SIGNS: Readonly<Record<Tone, string>> = {
  received: "< ",
  sent: "> ",
  good: "* ",
  bad: "! ",
  quiet: "* ",
};
const COLORS: Readonly<Record<Tone, string>> = {
  received: "36",
  sent: "2",
  good: "32",
  bad: "31",
  quiet: "2",
};
/** What the bottom of the screen shows. */
export interface Bottom {
  readonly status: string;
  readonly tone: Tone;
  /** What is left and right of the cursor. */
  readonly line: readonly [left: string, right: string];
}

/** The bottom as it was drawn last. */
interface Drawn {
  readonly text: string;
  /** In columns. */
  readonly statusWidth: number;
  /** The column of the cursor, in the line of the prompt. */
  readonly cursor: number;
}

/** Draws the terminal. Each change is one write, so that it does not flicker. */
export class Screen {
  readonly #io: Pick<CommandIo, "write" | "columns" | "noColor">;
  readonly #bottom: () => Bottom;
  #drawn: Drawn | undefined;

  /**
   * Makes a screen.
   *
   * @param io The terminal.
   * @param bottom Called for what the bottom shows, each time that it is drawn.
   */
  constructor(
    io: Pick<CommandIo, "write" | "columns" | "noColor">,
    bottom: () => Bottom,
  ) {
    this.#io = io;
    this.#bottom = bottom;
  }

  /** Prints lines above the bottom. */
  print(text: string, tone: Tone): void {
    const sign = this.#paint(SIGNS[tone], tone);
    const lines = this.#linesOf(text, tone).join("\r\n  ");
    const shown = tone === "received" ? lines : this.#paint(lines, tone);
    this.#write(this.#erasing, `${sign}${shown}\r\n`, this.#render());
  }

  /** Draws the bottom anew, if it has changed. */
  refresh(): void {
    const before = this.#drawn?.text;
    const erasing = this.#erasing;
    const rendered = this.#render();
    if (rendered !== before) this.#write(erasing, rendered);
  }

  /** Draws the bottom again, below what another program has written. */
  redraw(): void {
    this.#write("\r", this.#render());
  }

  /** Removes the bottom. */
  end(): void {
    this.#write(this.#erasing);
    this.#drawn = undefined;
  }

  /** Only our own texts are wrapped: a message can be copied in one piece. */
  #linesOf(text: string, tone: Tone): readonly string[] {
    if (tone === "received" || tone === "sent") {
      return visibleLines(text).split("\n");
    }
    const room = this.#io.columns - 1 - SIGNS[tone].length;
    return wrap(visibleLine(text), room);
  }

  /** A terminal that became narrower shows the status line in several rows. */
  get #erasing(): string {
    if (this.#drawn === undefined) return "";
    const { statusWidth, cursor } = this.#drawn;
    const { columns } = this.#io;
    const rows = Math.max(1, Math.ceil(statusWidth / columns)) +
      Math.floor(cursor / columns);
    return `\r\x1b[${rows}A\x1b[J`;
  }

  #render(): string {
    const { status, tone, line } = this.#bottom();
    // One column less: in the last one some terminals wrap, some do not.
    const columns = this.#io.columns - 1;
    const bar = fitStart(visibleLine(status), columns);
    const { prompt, cursor } = renderPrompt(line, columns);
    const text = `${this.#paint(bar, tone)}\r\n${prompt}`;
    this.#drawn = { text, statusWidth: widthOf(bar), cursor };
    return text;
  }

  #paint(text: string, tone: Tone): string {
    return this.#io.noColor ? text : `\x1b[${COLORS[tone]}m${text}\x1b[0m`;
  }

  #write(...parts: readonly string[]): void {
    this.#io.write(parts.join(""));
  }
}

/** Gives the part of the line around the cursor, with the cursor in its place. */
function renderPrompt(
  [left, right]: readonly [left: string, right: string],
  columns: number,
): { readonly prompt: string; readonly cursor: number } {
  const room = Math.max(columns - PROMPT.length, 1);
  const before = fitEnd(promptText(left), room - 1);
  const after = fitStart(promptText(right), room - widthOf(before));
  const cursor = PROMPT.length + widthOf(before);
  return { prompt: `${PROMPT}${before}${after}\r\x1b[${cursor}C`, cursor };
}

/** Pasted text may contain control characters as well. */
function promptText(text: string): string {
  return visibleLine(text.replaceAll("\t", " "));
}
