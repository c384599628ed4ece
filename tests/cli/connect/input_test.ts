import { assertEquals, assertRejects } from "@std/assert";
import {
  Input,
  linesOf,
  textsOf,
  typedLines,
} from "../../../lib/cli/connect/input.ts";
import { LineEditor } from "../../../lib/cli/terminal/line_editor.ts";

const encoder = new TextEncoder();

async function* blocksOf(...blocks: readonly (string | number[])[]) {
  for (const block of blocks) {
    yield typeof block === "string"
      ? encoder.encode(block)
      : Uint8Array.from(block);
  }
}

for (
  const [name, blocks, lines] of [
    ["no end of the last line", ["a\nb"], ["a", "b"]],
    ["an end of the last line", ["a\nb\n"], ["a", "b"]],
    ["CRLF", ["a\r\nb\r\n"], ["a", "b"]],
    ["CRLF in two blocks", ["a\r", "\nb"], ["a", "b"]],
    ["CR alone", ["a\rb\n"], ["a\rb"]],
    ["empty lines", ["\n\na\n\n"], ["", "", "a", ""]],
    ["lines in many blocks", ["a", "b", "c\nd", "e"], ["abc", "de"]],
    ["an empty block", ["a", "", "b\n"], ["ab"]],
    ["a character in two blocks", [[0xc3], [0xa9, 0x0a]], ["é"]],
    ["a byte order mark", ["\ufeffa\n\ufeffb\n"], ["a", "\ufeffb"]],
    ["nothing", [], []],
  ] as const
) {
  Deno.test(`linesOf() reads ${name}`, async () => {
    const read = linesOf(
      blocksOf(
        ...blocks.map((each) => typeof each === "string" ? each : [...each]),
      ),
    );
    assertEquals(await Array.fromAsync(read), [...lines]);
  });
}

Deno.test("linesOf() gives the lines before one that is not UTF-8, and names that one", async () => {
  const given: string[] = [];
  const blocks = blocksOf("one\n", [...encoder.encode("two\n"), 0xe9, 0x0a]);
  await assertRejects(
    async () => {
      for await (const line of linesOf(blocks)) given.push(line);
    },
    Error,
    "Line 3 of stdin is not UTF-8: --binary",
  );
  assertEquals(given, ["one", "two"]);
});

Deno.test("linesOf() refuses a last line that is cut within a character", async () => {
  await assertRejects(
    () => Array.fromAsync(linesOf(blocksOf("a\n", [0xc3]))),
    Error,
    "Line 2 of stdin is not UTF-8",
  );
});

Deno.test("linesOf() refuses a line that no string can hold", async () => {
  const block = new Uint8Array(128 * 1024 * 1024);
  const blocks = ReadableStream.from([block, block, block]);
  await assertRejects(
    () => Array.fromAsync(linesOf(blocks)),
    Error,
    "longer than 256 MiB",
  );
});

Deno.test("textsOf() replaces bytes that are not UTF-8", async () => {
  const texts = textsOf(blocksOf([0x61, 0xc3], [0xa9, 0xff]));
  assertEquals((await Array.fromAsync(texts)).join(""), "aé\ufffd");
});

Deno.test("typedLines() gives lines until Ctrl-D, and shows each change", async () => {
  const editor = new LineEditor();
  const seen: string[] = [];
  const texts = textsOf(blocksOf("he", "y\r", "\r", "\x04", "more\r"));
  const lines = typedLines(texts, editor, () => {
    seen.push(editor.halves.join("|"));
  });
  assertEquals(await Array.fromAsync(lines), ["hey"]);
  assertEquals(seen, ["he|", "|", "|"]);
});

Deno.test("Input.stop() ends a read that is under way", async () => {
  const input = new Input(new ReadableStream());
  const reading = Array.fromAsync(input.blocks());
  input.stop();
  assertEquals(await reading, []);
});

Deno.test("Input.stop() ignores that the stream is broken", async () => {
  const input = new Input(
    new ReadableStream({ start: (controller) => controller.error("broken") }),
  );
  input.stop();
  await assertRejects(() => Array.fromAsync(input.blocks()));
});
