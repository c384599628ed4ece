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

/** A line and the cursor in it. */
interface Line {
  readonly characters: readonly string[];
  readonly cursor: number;
}

const EMPTY: Line = { characters: [], cursor: 0 };

type Edit = (line: Line) => Line;

/** What keys do to the line. */
const EDITS: ReadonlyMap<string, Edit> = new Map([
  ...keys(["\x7f", "\b"], (line) => cut(line, line.cursor - 1, line.cursor)),
  ...keys(["\x1b[3~"], (line) => cut(line, line.cursor, line.cursor + 1)),
  ...keys(["\x15"], (line) => cut(line, 0, line.cursor)),
  ...keys(["\x0b"], (line) => cut(line, line.cursor, line.characters.length)),
  ...keys(["\x17"], (line) => cut(line, wordBefore(line), line.cursor)),
  ...keys(["\x1b[D", "\x1bOD"], (line) => move(line, line.cursor - 1)),
  ...keys(["\x1b[C", "\x1bOC"], (line) => move(line, line.cursor + 1)),
  ...keys(["\x1b[1;5D", "\x1bb"], (line) => move(line, wordBefore(line))),
  ...keys(["\x1b[1;5C", "\x1bf"], (line) => move(line, wordAfter(line))),
  ...keys(["\x01", "\x1b[H", "\x1bOH", "\x1b[1~"], (line) => move(line, 0)),
  ...keys(
    ["\x05", "\x1b[F", "\x1bOF", "\x1b[4~"],
    (line) => move(line, line.characters.length),
  ),
]);

/** Which way keys go in the history. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ["\x1b[A", -1],
  ["\x1bOA", -1],
  ["\x1b[B", 1],
  ["\x1bOB", 1],
]);

/** Holds the line, the cursor, and the history: the lines entered before. */
export class LineEditor {
  #line: Line = EMPTY;
  #rest = "";
  #last = "";
  readonly #history: string[] = [];
  /** Index of the line of the history that is shown; its length: the new line. */
  #shown = 0;
  /** The new line, while one of the history is shown. */
  #draft: Line = EMPTY;

  /** What is left and right of the cursor. */
  get halves(): readonly [left: string, right: string] {
    const { characters, cursor } = this.#line;
    return [
      characters.slice(0, cursor).join(""),
      characters.slice(cursor).join(""),
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
        return this.#line.characters.length === 0 ? [{ type: "end" }] : [];
      default:
        this.#edit(key);
        return [];
    }
  }

  #enter(): readonly Typed[] {
    const text = this.#line.characters.join("");
    if (text !== "") this.#history.push(text);
    if (this.#history.length > LONGEST_HISTORY) this.#history.shift();
    this.#shown = this.#history.length;
    this.#line = EMPTY;
    return [{ type: "line", text }];
  }

  #edit(key: string): void {
    const edit = EDITS.get(key);
    const step = STEPS.get(key);
    if (edit !== undefined) this.#line = edit(this.#line);
    else if (step !== undefined) this.#show(this.#shown + step);
    else if (isText(key)) this.#line = insert(this.#line, key);
  }

  #show(index: number): void {
    if (index < 0 || index > this.#history.length) return;
    if (this.#shown === this.#history.length) this.#draft = this.#line;
    this.#shown = index;
    const text = this.#history[index];
    this.#line = text === undefined ? this.#draft : insert(EMPTY, text);
  }
}

function keys(names: readonly string[], edit: Edit): readonly [string, Edit][] {
  return names.map((name) => [name, edit]);
}

function isText(key: string): boolean {
  // deno-lint-ignore no-control-regex
  return key === "\t" || !/[\x00-\x1f\x7f]/.test(key);
}

function insert({ characters, cursor }: Line, text: string): Line {
  const typed = [...text];
  const before = characters.slice(0, cursor);
  const after = characters.slice(cursor);
  return {
    characters: [...before, ...typed, ...after],
    cursor: cursor + typed.length,
  };
}

function cut({ characters }: Line, from: number, to: number): Line {
  const start = Math.max(from, 0);
  return {
    characters: characters.toSpliced(start, to - start),
    cursor: start,
  };
}

function move({ characters }: Line, to: number): Line {
  return { characters, cursor: Math.min(Math.max(to, 0), characters.length) };
}

function wordBefore({ characters, cursor }: Line): number {
  const left = characters.slice(0, cursor).join("").trimEnd();
  return [...left.slice(0, left.lastIndexOf(" ") + 1)].length;
}

function wordAfter({ characters, cursor }: Line): number {
  const right = characters.slice(cursor).join("");
  return cursor + [.../^\s*\S*/.exec(right)?.[0] ?? ""].length;
}
