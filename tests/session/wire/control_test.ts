import { assertEquals } from "@std/assert";
import {
  type Control,
  encodeControl,
  type KnownControl,
  parseControl,
} from "../../../lib/session/wire/control.ts";

const VALID: readonly KnownControl[] = [
  { op: "gen", gen: "g2" },
  { op: "gap", from: 3, to: 3, why: "trimmed" },
  { op: "moving", after: 0, spread: 10_000 },
  { op: "auth", auth: "" },
  { op: "again", upTo: 1 },
  { op: "bye", ack: 0 },
  { op: "error", message: "Out of tea" },
];

function kindOf(control: Control | { readonly type: "violation" }): string {
  return "op" in control ? control.op : control.type;
}

Deno.test("parseControl() reads what encodeControl() wrote", () => {
  for (const control of VALID) {
    assertEquals(parseControl(encodeControl(control).slice(2)), control);
  }
});

Deno.test("parseControl() refuses what is no record with an op", () => {
  for (const json of ["", "{", "null", "[]", "1", "{}", '{"op":1}']) {
    assertEquals(kindOf(parseControl(json)), "violation", json);
  }
});

Deno.test("parseControl() refuses fields that are wrong or missing", () => {
  for (const op of ["open", "opened", "resume", "resumed", "lost"]) {
    assertEquals(kindOf(parseControl(JSON.stringify({ op }))), "violation");
  }
  for (const { op } of VALID) {
    assertEquals(kindOf(parseControl(JSON.stringify({ op }))), "violation");
  }
  const gap = { op: "gap", from: 4, to: 3, why: "trimmed" };
  assertEquals(kindOf(parseControl(JSON.stringify(gap))), "violation");
});

Deno.test("parseControl() ignores an op that it does not know", () => {
  assertEquals(parseControl('{"op":"topics"}'), { op: "unknown" });
  assertEquals(parseControl('{"op":"__proto__"}'), { op: "unknown" });
  assertEquals(parseControl('{"op":"toString"}'), { op: "unknown" });
});
