import { assertEquals } from "@std/assert";
import {
  decodeLabel,
  decodeRequest,
  encodeLabel,
  encodeRequest,
  pushLabel,
  replyLabel,
} from "./payloads.ts";

Deno.test("decodeRequest() reads what encodeRequest() wrote, as text and as bytes", () => {
  for (let number = 1; number <= 3; number += 1) {
    for (const kind of ["now", "throw"] as const) {
      const request = { number, handling: { kind }, size: 5 };
      assertEquals(decodeRequest(encodeRequest(request)), request);
    }
    const handling = { kind: "later", milliseconds: 7 } as const;
    const request = { number, handling, size: 0 };
    assertEquals(decodeRequest(encodeRequest(request)), request);
  }
});

Deno.test("decodeLabel() reads what encodeLabel() wrote", () => {
  for (const label of [replyLabel(4, "2-1"), pushLabel(9)]) {
    assertEquals(decodeLabel(encodeLabel(label, 3)), label);
  }
});

Deno.test("decodeRequest() and decodeLabel() refuse what is cut or changed", () => {
  for (const text of ["c1 now 0 3 xx", "c1 never 0 0 ", "1 now 0 0 ", ""]) {
    assertEquals(decodeRequest(text), undefined);
  }
  for (const text of ["p1 3 xx", "q1 0 ", "p1 0 y", ""]) {
    assertEquals(decodeLabel(text), undefined);
  }
});
