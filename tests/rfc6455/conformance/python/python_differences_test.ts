import { assertEquals } from "@std/assert";
import { bytesOf, concat, frame } from "../../frames.ts";
import { explain } from "../differences.ts";
import { explainPython } from "./python_differences.ts";
import type { PythonVerdict } from "./python_reference.ts";
import { breachesOf, framesOf } from "../reference_frames.ts";
import { ourReceive, type Verdict, wsReceive } from "../ws_reference.ts";

const RULES = { role: "client", maxMessageSize: 500 } as const;

/** What Python has made of a stream. */
function python(more: Partial<PythonVerdict> = {}): PythonVerdict {
  return { events: [], failure: undefined, why: "", ...more };
}

/** What is said of our own verdict on a stream. */
function explained(stream: Uint8Array, verdict: PythonVerdict) {
  return explainPython(stream, ourReceive([stream], RULES), verdict, RULES);
}

/** A header of a message that is awaited, wrong by a reserved bit, behind a ping. */
const EARLY = concat(frame(0x89, "p"), [0x91, 5, 0x61]);

Deno.test("explainPython() takes a header for wrong that is", () => {
  const events = ["ping p"];
  assertEquals(explained(EARLY, python({ events })), "header-early");
  const [, wrong] = framesOf(EARLY);
  assertEquals(breachesOf(wrong!, RULES), [{
    rule: "reserved bit",
    section: "RFC 6455, 5.2",
  }]);
  const large = concat([0x00, 126, 3, 0]);
  const why = "over size limit (768 > 500 bytes)";
  assertEquals(
    explained(large, python({ failure: 1009, why })),
    "header-early",
  );
});

Deno.test("explainPython() does not believe our receiver", () => {
  const offset = 3;
  const detail = "RSV2 set without an extension that uses it (RFC 6455, 5.2)";
  const events = ["ping p"];
  const said = (
    stream: Uint8Array,
    fault: Partial<Verdict["fault"]> = {},
    theirs: Partial<PythonVerdict> = {},
  ) => {
    const whole = { closeCode: 1002, detail, offset, ...fault } as const;
    const ours = { events, failure: whole.closeCode, fault: whole };
    const verdict = python({ events, ...theirs });
    return explainPython(stream, ours, verdict, RULES);
  };
  assertEquals(said(EARLY), "header-early");
  // The header is right, or another one is wrong, or for another reason.
  const right = concat(frame(0x89, "p"), [0x81, 5, 0x61]);
  assertEquals(said(right), undefined);
  assertEquals(said(EARLY, { offset: 0 }), undefined);
  assertEquals(said(EARLY, { offset: 4 }), undefined);
  const masked = "The server masked a frame (RFC 6455, 5.1)";
  assertEquals(said(EARLY, { detail: masked }), undefined);
  // The frame before it was wrong already.
  const both = concat(frame(0x99, "p"), EARLY.subarray(3));
  assertEquals(said(both), undefined);
  // Python went on, or took another frame for wrong, or had all of this one.
  const more = { events: [...events, "text abcde"] };
  assertEquals(said(EARLY, {}, more), undefined);
  assertEquals(said(EARLY, {}, { failure: 1007 }), undefined);
  assertEquals(said(concat(EARLY, "bcde")), undefined);
  const tooBig = { failure: 1009, why: "over size limit (501 > 500 bytes)" };
  assertEquals(said(EARLY, {}, tooBig), "header-early");
});

Deno.test("explainPython() wants text to be wrong at the byte that is named", () => {
  const stream = concat([0x01, 3], [0x61, 0xff, 0x61]);
  assertEquals(explained(stream, python()), "utf8-early");
  assertEquals(explained(stream, python({ events: ["ping "] })), "utf8-early");
  assertEquals(explained(stream, python({ events: ["text a"] })), undefined);
  for (const offset of [2, 4]) {
    const ours = ourReceive([stream], RULES);
    const fault = { ...ours.fault!, offset };
    assertEquals(
      explainPython(stream, { ...ours, fault }, python(), RULES),
      undefined,
    );
  }
});

Deno.test("explainPython() knows what Python does with control frames between fragments", () => {
  const close = concat(frame(0x01, "a"), frame(0x88));
  const incomplete = python({
    failure: 1002,
    why: "incomplete fragmented message",
  });
  assertEquals(explained(close, incomplete), "close-between-fragments");
  assertEquals(explained(frame(0x88), incomplete), undefined);

  const start = frame(0x02, bytesOf("x".repeat(490)));
  const ping = concat(start, frame(0x89, "p".repeat(20)));
  const counted = (why: string) =>
    explained(ping, python({ failure: 1009, why }));
  assertEquals(
    counted("over size limit (20 > 10 bytes)"),
    "control-frame-counted",
  );
  assertEquals(counted("over size limit (20 > 500 bytes)"), undefined);
  assertEquals(counted("over size limit (21 > 10 bytes)"), undefined);
  assertEquals(counted("over size limit (20 > 11 bytes)"), undefined);
});

Deno.test("explainPython() wants both code and reason to be wrong", () => {
  const both = frame(0x88, [3, 237, 0xff]);
  assertEquals(explained(both, python({ failure: 1007 })), "reason-first");
  const code = frame(0x88, [3, 237, 0x61]);
  assertEquals(explained(code, python({ failure: 1007 })), undefined);
});

Deno.test("explain() does not believe our receiver either", () => {
  const long = frame(0x82, "a", { lengthBytes: 3 });
  const ours = ourReceive([long], RULES);
  const ws = wsReceive([long], RULES);
  assertEquals(explain(long, ours, ws, RULES), "length-not-minimal");
  assertEquals(explain(frame(0x82, "a"), ours, ws, RULES), undefined);
});
