import { assertEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { MessageInflater } from "../../../../lib/rfc6455/deflate/message_inflater.ts";
import { PakoInflater } from "../../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, concat, frame } from "../../frames.ts";
import { explainDeflate } from "./python_deflate_differences.ts";
import type { PythonVerdict } from "./python_reference.ts";
import { ourReceive, type Verdict } from "../ws_reference.ts";

const RULES = {
  role: "client",
  maxMessageSize: 500,
  isDeflated: true,
} as const;
/** zlib's `Z_SYNC_FLUSH`. */
const SYNC_FLUSH = 2;

function deflated(data: string | readonly number[]): Uint8Array {
  const bytes = deflateRawSync(bytesOf(data), { finishFlush: SYNC_FLUSH });
  return Uint8Array.from(bytes).slice(0, -4);
}

function ours(stream: Uint8Array): Verdict {
  const inflater = new MessageInflater(new PakoInflater(15), "takeover");
  return ourReceive([stream], { ...RULES, inflater });
}

/** What is said of our verdict, or of another one, where Python has another. */
function explained(
  stream: Uint8Array,
  python: Partial<PythonVerdict>,
  verdict = ours(stream),
) {
  const theirs = { events: [], failure: undefined, why: "", ...python };
  return explainDeflate(stream, verdict, theirs, RULES);
}

const NOT_INFLATED = {
  closeCode: 1007,
  detail: "A compressed message does not inflate (RFC 7692, 7.2.2)",
} as const;
const FAILED = { failure: 1002, why: "decompression failed" };

Deno.test("explainDeflate() knows data that does not inflate", () => {
  const invalid = frame(0xc2, [0x06, 0xff]);
  assertEquals(explained(invalid, FAILED), "inflate-code");
  // Python had all of it, and found nothing, or went on.
  assertEquals(explained(invalid, {}), undefined);
  assertEquals(
    explained(invalid, { ...FAILED, events: ["binary "] }),
    undefined,
  );
  const awaited = concat([0xc2, 9], [0x06, 0xff]);
  assertEquals(explained(awaited, {}), "inflate-early");
});

Deno.test("explainDeflate() does not believe our receiver", () => {
  const valid = frame(0xc2, deflated("hello hello"));
  const fault = { ...NOT_INFLATED, offset: valid.length };
  const verdict = { events: [], failure: 1007, fault };
  const events = ["binary hello hello"];
  assertEquals(explained(valid, { events }, verdict), undefined);
  assertEquals(explained(valid, FAILED, verdict), undefined);
  const text = {
    ...fault,
    detail: "A text message is not UTF-8 (RFC 6455, 8.1)",
  };
  assertEquals(explained(valid, {}, { ...verdict, fault: text }), undefined);
  const detail = "A message inflates to more than the limit of 500 bytes";
  const large = { ...fault, closeCode: 1009, detail } as const;
  const tooBig = { events: [], failure: 1009, fault: large };
  assertEquals(explained(valid, { events }, tooBig), undefined);
});

Deno.test("explainDeflate() asks zlib where a message ends", () => {
  const cut = frame(0xc2, deflated("hello hello hello").subarray(0, 4));
  assertEquals(explained(cut, { events: ["binary hel"] }), "within-block");
});

Deno.test("explainDeflate() asks zlib what a text is", () => {
  const wrong = concat(frame(0x41, deflated([0x61, 0xff])), frame(0x89));
  const events = ["ping "];
  assertEquals(explained(wrong, { events }), "inflated-utf8-early");
  assertEquals(explained(wrong, { events: ["text a"] }), undefined);
});

Deno.test("explainDeflate() knows what Python counts", () => {
  const stored = [0, 200, 0, 55, 255, ...new Uint8Array(200), 0];
  const stream = concat(
    frame(0x42, deflated("a".repeat(300))),
    frame(0x80, [1, ...stored.slice(1)]),
  );
  const why = `over size limit (${stored.length} > 200 bytes)`;
  const verdict = { events: [], failure: undefined };
  assertEquals(
    explained(stream, { failure: 1009, why }, verdict),
    "compressed-size",
  );
  const other = `over size limit (${stored.length} > 300 bytes)`;
  assertEquals(
    explained(stream, { failure: 1009, why: other }, verdict),
    undefined,
  );
});
