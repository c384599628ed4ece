/**
 * The editor of one line of text: keys in, lines out. It knows no terminal and no
 * clock.
 *
 * @module
 */

/** The result of a key. */
export type Typed =
  /** A line was entered. */
  | { readonly type: "line"; readonly text: string }
  /** Ctrl-D on an empty line: the end of the input. */
  | { readonly type: "end" };

/** How many lines the history keeps. */
const LONGEST_HISTORY = 500;
/** Text as one key, since pasted text is long; else one key each. */
const KEY =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-9;?]*[A-Za-z~]|\x1bO[A-Za-z]|\x1b[^[O]?|[^\x00-\x1f\x7f]+|[^\x1b]/gu;
/** An escape sequence whose end has not arrived. */
// deno-lint-ignore no-control-regex
const UNFINISHED = /\x1b(?:\[[0-9;?]*|O)?$/;

/** Holds the line, the cursor, and the history: the lines entered before. */
export class LineEditor {
  #characters: readonly string[] = [];
  #cursor = 0;
  #rest = "";
  #last = "";
  readonly #history: string[] = [];
  /** Index of the line of the history that is shown; its length: the new line. */
  #shown = 0;
  /** The new line, while one of the history is shown. */
  #draft: readonly string[] = [];

  /** What is left and right of the cursor. */
  get halves(): readonly [left: string, right: string] {
    return [
      this.#characters.slice(0, this.#cursor).join(""),
      this.#characters.slice(this.#cursor).join(""),
    ];
  }

  /** Takes keys as a terminal in raw mode sends them; gives what they entered. */
  type(input: string): readonly Typed[] {
    const text = this.#rest + input;
    this.#rest = UNFINISHED.exec(text)?.[0] ?? "";
    const whole = text.slice(0, text.length - this.#rest.length);
    return (whole.match(KEY) ?? []).flatMap((key) => this.#press(key));
  }

  #press(key: string): readonly Typed[] {
    const before = this.#last;
    this.#last = key;
    switch (key) {
      case "\n":
        // A pasted CRLF ends one line.
        return before === "\r" ? [] : this.#enter();
      case "\r":
        return this.#enter();
      case "\x04":
        return this.#characters.length === 0 ? [{ type: "end" }] : [];
      default:
        this.#edit(key);
        return [];
    }
  }

  #enter(): readonly Typed[] {
    const text = this.#characters.join("");
    if (text !== "") this.#history.push(text);
    if (this.#history.length > LONGEST_HISTORY) this.#history.shift();
    this.#shown = this.#history.length;
    this.#set([], 0);
    return [{ type: "line", text }];
  }

  #edit(key: string): void {
    const at = this.#cursor;
    const end = this.#characters.length;
    switch (key) {
      case "\x7f":
      case "\b":
        return this.#cut(Math.max(at - 1, 0), at);
      case "\x1b[3~":
        return this.#cut(at, at + 1);
      case "\x15":
        return this.#cut(0, at);
      case "\x0b":
        return this.#cut(at, end);
      case "\x17":
        return this.#cut(this.#wordBefore(at), at);
      case "\x1b[D":
      case "\x1bOD":
        return this.#move(at - 1);
      case "\x1b[C":
      case "\x1bOC":
        return this.#move(at + 1);
      case "\x01":
      case "\x1b[H":
      case "\x1bOH":
      case "\x1b[1~":
        return this.#move(0);
      case "\x05":
      case "\x1b[F":
      case "\x1bOF":
      case "\x1b[4~":
        return this.#move(end);
      case "\x1bb":
      case "\x1b[1;5D":
        return this.#move(this.#wordBefore(at));
      case "\x1bf":
      case "\x1b[1;5C":
        return this.#move(this.#wordAfter(at));
      case "\x1b[A":
      case "\x1bOA":
        return this.#show(this.#shown - 1);
      case "\x1b[B":
      case "\x1bOB":
        return this.#show(this.#shown + 1);
      default:
        return this.#insert(key);
    }
  }

  #insert(key: string): void {
    // deno-lint-ignore no-control-regex
    if (key !== "\t" && /[\x00-\x1f\x7f]/.test(key)) return;
    const before = this.#characters.slice(0, this.#cursor);
    const typed = [...key];
    const after = this.#characters.slice(this.#cursor);
    this.#set([...before, ...typed, ...after], this.#cursor + typed.length);
  }

  #cut(from: number, to: number): void {
    this.#set(this.#characters.toSpliced(from, to - from), from);
  }

  #move(to: number): void {
    this.#cursor = Math.min(Math.max(to, 0), this.#characters.length);
  }

  #show(index: number): void {
    if (index < 0 || index > this.#history.length) return;
    if (this.#shown === this.#history.length) this.#draft = this.#characters;
    this.#shown = index;
    const line = this.#history[index];
    const characters = line === undefined ? this.#draft : [...line];
    this.#set(characters, characters.length);
  }

  #wordBefore(at: number): number {
    const left = this.#characters.slice(0, at).join("").trimEnd();
    return [...left.slice(0, left.lastIndexOf(" ") + 1)].length;
  }

  #wordAfter(at: number): number {
    const right = this.#characters.slice(at).join("");
    return at + [.../^\s*\S*/.exec(right)?.[0] ?? ""].length;
  }

  #set(characters: readonly string[], cursor: number): void {
    this.#characters = characters;
    this.#cursor = cursor;
  }
}
