import { assertEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { MessageDeflater } from "../../lib/rfc6455/deflate/message_deflater.ts";
import { MessageInflater } from "../../lib/rfc6455/deflate/message_inflater.ts";
import {
  PakoDeflater,
  PakoInflater,
} from "../../lib/transport/tcp/pako_codec.ts";
import { BINARY, TEXT } from "../../lib/rfc6455/frame.ts";
import {
  type Coding,
  MessageAssembler,
} from "../../lib/rfc6455/message_assembler.ts";
import { bytesOf, concat } from "./frames.ts";

const NOT_UTF8 = "A text message is not UTF-8 (RFC 6455, 8.1)";
const CUT = "A text message ends within a character (RFC 6455, 8.1)";

function assembler(maxMessageSize = 1_000): MessageAssembler {
  const inflater = new MessageInflater(new PakoInflater(15), "takeover");
  return new MessageAssembler({ maxMessageSize, inflater });
}

/** The message, or what is wrong with it. */
function assemble(
  message: MessageAssembler,
  [opcode, coding]: readonly [number, Coding],
  ...pieces: readonly (string | readonly number[] | Uint8Array)[]
): readonly unknown[] {
  message.start(opcode, coding);
  for (const piece of pieces) {
    const bytes = concat("__", piece, "_");
    const view = new DataView(bytes.buffer);
    const fault = message.push(bytes, view, 2, bytes.length - 1);
    if (fault !== undefined) return [fault.closeCode, fault.detail, fault.at];
  }
  const fault = message.finish(7);
  if (fault !== undefined) return [fault.closeCode, fault.detail, fault.at];
  const { kind } = message;
  const bytes = message.take();
  return [
    kind,
    kind === "binary" ? [...bytes] : new TextDecoder().decode(bytes),
  ];
}

function deflated(data: Uint8Array): Uint8Array {
  return new MessageDeflater(new PakoDeflater(15), {
    takeover: "takeover",
    threshold: 0,
  }).compress(data).slice();
}

Deno.test("MessageAssembler joins the pieces of one message after the other", () => {
  const message = assembler();
  const text = [TEXT, "plain"] as const;
  assertEquals(assemble(message, text, "a", "b"), ["ascii", "ab"]);
  assertEquals(assemble(message, text, [0xc3], [0xa9]), ["text", "é"]);
  assertEquals(assemble(message, [BINARY, "plain"], [0xff], []), ["binary", [
    255,
  ]]);
  assertEquals(assemble(message, text), ["ascii", ""]);
});

Deno.test("MessageAssembler says at which byte of the chunk text is wrong", () => {
  const text = [TEXT, "plain"] as const;
  assertEquals(assemble(assembler(), text, "a", [0x61, 0xff]), [
    1007,
    NOT_UTF8,
    3,
  ]);
  assertEquals(assemble(assembler(), text, [0xc3]), [1007, CUT, 7]);
});

Deno.test("MessageAssembler inflates pieces of any size", () => {
  const message = assembler(100_000);
  const data = bytesOf("Holdfast é ".repeat(7_000));
  const pieces = [...deflated(data)].map((byte) => [byte]);
  assertEquals(assemble(message, [TEXT, "deflate"], ...pieces), [
    "text",
    new TextDecoder().decode(data),
  ]);
  message.reserve(1_000);
  assertEquals(
    assemble(message, [BINARY, "deflate"], deflated(Uint8Array.of(7))),
    ["binary", [7]],
  );
});

Deno.test("MessageAssembler judges inflated text", () => {
  const deflate = [TEXT, "deflate"] as const;
  const wrong = deflated(bytesOf([0xff]));
  assertEquals(assemble(assembler(), deflate, wrong), [
    1007,
    NOT_UTF8,
    2 + wrong.length,
  ]);
  assertEquals(assemble(assembler(), deflate, deflated(bytesOf([0xc3]))), [
    1007,
    CUT,
    7,
  ]);
});

Deno.test("MessageAssembler refuses what does not inflate", () => {
  const detail = "A compressed message does not inflate (RFC 7692, 7.2.2)";
  const deflate = [BINARY, "deflate"] as const;
  assertEquals(assemble(assembler(), deflate, [0x06, 0xff]), [1007, detail, 4]);
  // It ends within a block, which shows at the end only.
  const cut = deflated(bytesOf("Hello Hello Hello")).subarray(0, 4);
  assertEquals(assemble(assembler(), deflate, cut), [1007, detail, 7]);
});

Deno.test("MessageAssembler stops inflating at the limit", () => {
  const bomb = deflateRawSync(new Uint8Array(100_000_000));
  const message = assembler(100_000);
  assertEquals(assemble(message, [BINARY, "deflate"], bomb), [
    1009,
    "A message inflates to more than the limit of 100000 bytes",
    2 + bomb.length,
  ]);
  // What it kept is within the limit.
  assertEquals(message.take().length <= 100_000, true);
  const exact = deflated(new Uint8Array(100_000));
  assertEquals(
    assemble(assembler(100_000), [BINARY, "deflate"], exact)[0],
    "binary",
  );
  assertEquals(
    assemble(assembler(99_999), [BINARY, "deflate"], exact)[0],
    1009,
  );
});

Deno.test("MessageAssembler says of inflated text first what is wrong first", () => {
  const text = [TEXT, "deflate"] as const;
  const early = deflated(bytesOf([0xff, ...new Uint8Array(200).fill(0x61)]));
  assertEquals(assemble(assembler(100), text, early)[0], 1007);
  const late = deflated(bytesOf([...new Uint8Array(200).fill(0x61), 0xff]));
  assertEquals(assemble(assembler(100), text, late)[0], 1009);
});

Deno.test("MessageAssembler.judge() judges a text in its place", () => {
  const judge = (data: string | readonly number[]) => {
    const bytes = concat([0xff], data, [0xff]);
    const view = new DataView(bytes.buffer);
    return assembler().judge(view, 1, bytes.length - 1);
  };
  assertEquals(judge("abc"), "ascii");
  assertEquals(judge("aé"), "text");
  assertEquals(judge([0x61, 0xc0]), {
    closeCode: 1007,
    detail: NOT_UTF8,
    at: 2,
  });
  assertEquals(judge([0x61, 0xc3]), { closeCode: 1007, detail: CUT, at: 3 });
});
