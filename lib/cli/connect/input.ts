/**
 * What there is to send: the texts of flags, stdin in lines or blocks, or what
 * is typed.
 *
 * @module
 */

import type { LineEditor } from "../terminal/line_editor.ts";

/** A message to send. */
export type Message = string | Uint8Array;

/** Reads a stream until its end, or until it is told to stop. */
export class Input<T extends Message = Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<T>;

  /** Takes hold of a stream. */
  constructor(stream: ReadableStream<T>) {
    this.#reader = stream.getReader();
  }

  /** Gives what the stream gives, as it comes. */
  async *blocks(): AsyncGenerator<T, void, void> {
    while (true) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      yield value;
    }
  }

  /** Lets go of the stream, also in the middle of a read. */
  stop(): void {
    this.#reader.cancel().catch(() => {});
  }
}

/** Gives lines without their ends; the last one may have none. */
export async function* linesOf(
  texts: AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}

/**
 * Gives lines as they are typed, until Ctrl-D.
 *
 * @param texts Keys, as a terminal in raw mode sends them.
 * @param editor Where the line can be seen in the meantime.
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
