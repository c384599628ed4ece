/** docs/session-protocol.md says what the code does. */

import { assert, assertEquals } from "@std/assert";
import { decodeFrame } from "../../lib/session/wire/frame.ts";
import { LOST_REASONS } from "../../lib/session/wire/handshake.ts";
import {
  MAX_LINEAGE,
  MAX_POSITIONS,
  SUBPROTOCOL,
} from "../../lib/session/wire/limits.ts";
import { SESSION_CLOSE } from "../../lib/session/wire/violation.ts";
import VECTORS from "./vectors.json" with { type: "json" };

const PAGE = await Deno.readTextFile(
  new URL("../../docs/session-protocol.md", import.meta.url),
);

Deno.test("the page names the subprotocol, each close code and each limit", () => {
  assert(PAGE.includes(`# The protocol \`${SUBPROTOCOL}\``));
  for (const code of Object.values(SESSION_CLOSE)) {
    assert(PAGE.includes(`\n| ${code} |`), `${code} is missing`);
  }
  assert(PAGE.includes(`| ${MAX_POSITIONS}, ${MAX_LINEAGE} `));
  for (const reason of LOST_REASONS) assert(PAGE.includes(`\`${reason}\``));
});

Deno.test("the page has a section for each control message of the vectors", () => {
  const ops = new Set(VECTORS.controls.map(({ control }) => control.op));
  for (const op of ops) {
    assert(PAGE.includes(`\n### \`${op}\` (`), `${op} is missing`);
  }
  const sections = [...PAGE.matchAll(/\n### `(\w+)` \(/g)].map(([, op]) => op!);
  assertEquals(new Set(sections), ops);
});

Deno.test("the page's frames are valid, as far as they are whole", () => {
  const lines = [...PAGE.matchAll(/^[→←] (.*)$/gm)].map(([, frame]) => frame!);
  const whole = lines.filter((frame) => !frame.includes("…"));
  assert(lines.length >= 10 && whole.length >= 5);
  for (const frame of whole) {
    assert(decodeFrame(frame, 100).type !== "violation", frame);
  }
  const [, texts] = PAGE.match(/```text\n(m1\|hello[^`]*)```/) ?? [];
  for (const line of texts!.trim().split("\n")) {
    const [frame = ""] = line.split(/ {2,}/);
    assert(decodeFrame(frame, 100).type !== "violation", frame);
  }
});
