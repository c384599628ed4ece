/**
 * What stdin gives, as messages: blocks, lines, or what is typed.
 *
 * @module
 */

import type { LineEditor } from "../terminal/line_editor.ts";

/** A message to send. */
export type Message = string | Uint8Array<ArrayBuffer>;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = "\ufeff";
/** The longest line that is read, in bytes: a string cannot be much longer. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** Reads stdin until its end, or until `stop()`. */
export class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  /** Takes hold of stdin. */
  constructor(stdin: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stdin.getReader();
  }

  /** Gives the blocks as they arrive. */
  async *blocks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    while (true) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      yield value;
    }
  }

  /** Lets go of stdin, also in the middle of a read. */
  stop(): void {
    this.#reader.cancel().catch(() => {});
  }
}

/**
 * Gives the lines of UTF-8 text without their ends (LF or CRLF); the last line
 * may have no end. A byte order mark at the beginning is left out.
 *
 * @throws {Error} A line that is not UTF-8, after all lines before it; or a line
 * of more than 256 MiB.
 */
export async function* linesOf(
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, void> {
  let number = 0;
  for await (const lines of wholeLines(blocks)) {
    for (const line of decodedLines(lines, number)) {
      number += 1;
      yield number === 1 && line.startsWith(BYTE_ORDER_MARK)
        ? line.slice(1)
        : line;
    }
  }
}

/** Gives texts as they are typed: bytes that are not UTF-8 become U+FFFD. */
export async function* textsOf(
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for await (const block of blocks) {
    yield decoder.decode(block, { stream: true });
  }
}

/**
 * Gives lines as they are typed, until Ctrl-D.
 *
 * @param texts Keys, as a terminal in raw mode sends them.
 * @param editor Holds the line until it is entered.
 * @param onKeys Called after each change of it.
 */
export async function* typedLines(
  texts: AsyncIterable<string>,
  editor: LineEditor,
  onKeys: () => void,
): AsyncGenerator<string, void, void> {
  for await (const text of texts) {
    for (const typed of editor.type(text)) {
      if (typed.type === "end") return;
      if (typed.text !== "") yield typed.text;
    }
    onKeys();
  }
}

/** Joins blocks so that each ends with a line; only the last may lack the end. */
async function* wholeLines(
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let begun: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const block of blocks) {
    const end = block.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield joined([...begun, block.subarray(0, end)]);
      begun = [];
      size = 0;
    }
    // A copy, so that a short rest does not keep its whole block in memory.
    begun.push(end === 0 ? block : block.slice(end));
    size += block.length - end;
    if (size > LONGEST_LINE) {
      throw new Error(
        "A line of stdin is longer than 256 MiB: send it in parts",
      );
    }
  }
  if (size > 0) yield joined(begun);
}

/** All lines at once are faster; only if that fails, each line for itself. */
function* decodedLines(
  lines: Uint8Array<ArrayBuffer>,
  before: number,
): Generator<string, void, void> {
  const text = decoded(lines);
  if (text !== undefined) return yield* withoutEnds(text);
  let number = before;
  for (let at = 0; at < lines.length;) {
    const found = lines.indexOf(LINE_FEED, at);
    const end = found === -1 ? lines.length : found + 1;
    const line = decoded(lines.subarray(at, end));
    number += 1;
    if (line === undefined) {
      throw new Error(
        `Line ${number} of stdin is not UTF-8: --binary sends bytes as they are`,
      );
    }
    yield* withoutEnds(line);
    at = end;
  }
}

function* withoutEnds(text: string): Generator<string, void, void> {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

function joined(
  blocks: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1) return first;
  const whole = new Uint8Array(
    blocks.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
