// Messages may come from anyone: nothing is thrown, nothing is changed.

import { assert, assertEquals } from "@std/assert";
import {
  matches,
  type Pattern,
} from "../../../lib/connection/config/pattern.ts";
import { frame, prototypes, randomFrom } from "../../hostile_frames.ts";

const FRAMES = 100_000;

const PATTERNS: readonly Pattern[] = [
  { kind: "exact", data: '{"type":"say","text":"hello \ud83d\ude00"}' },
  { kind: "exact", data: Uint8Array.of(0x7b, 0x22).buffer },
  { kind: "subset", value: { type: "count", value: 12 } },
  { kind: "subset", value: { type: "tree", next: { next: { next: {} } } } },
  { kind: "subset", value: { type: "say" } },
  { kind: "subset", value: ["type", null, true] },
];

Deno.test("matches() survives 100,000 random and mutated frames", () => {
  const random = randomFrom(20_261_121);
  const before = prototypes();
  let matched = 0;
  for (let count = 0; count < FRAMES; count += 1) {
    const data = frame(random);
    // A transport delivers nothing else.
    if (typeof data !== "string" && !(data instanceof ArrayBuffer)) continue;
    for (const pattern of PATTERNS) matched += matches(pattern, data) ? 1 : 0;
  }
  assertEquals(prototypes(), before);
  assert(matched > 500 && matched < FRAMES, `${matched}`);
});
