import { assert, assertEquals } from "@std/assert";
import {
  SESSION_CLOSE,
  violation,
} from "../../../lib/session/wire/violation.ts";

Deno.test("violation() closes with 4400 unless another code is given", () => {
  assertEquals(violation("x"), {
    type: "violation",
    closeCode: 4400,
    reason: "x",
  });
  assertEquals(violation("x", SESSION_CLOSE.tooLarge).closeCode, 4413);
});

Deno.test("SESSION_CLOSE has codes that browsers may send, each once", () => {
  const codes = Object.values(SESSION_CLOSE);
  assert(codes.every((code) => code === 1000 || code >= 3000 && code < 5000));
  assertEquals(new Set(codes).size, codes.length);
});
