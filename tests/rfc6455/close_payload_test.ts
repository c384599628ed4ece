import { assertEquals } from "@std/assert";
import {
  closePayload,
  isWireCloseCode,
  readClosePayload,
} from "../../lib/rfc6455/close_payload.ts";
import { concat } from "./frames.ts";

Deno.test("isWireCloseCode() takes registered and private codes only", () => {
  const valid = Array.from({ length: 6_000 }, (_, code) => code)
    .filter(isWireCloseCode);
  const wanted = [[1000, 1003], [1007, 1014], [3000, 4999]] as const;
  assertEquals(
    valid,
    wanted.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index)
    ),
  );
  assertEquals(isWireCloseCode(3000.5), false);
});

Deno.test("readClosePayload() reads code and reason", () => {
  assertEquals(readClosePayload(new Uint8Array(0)), {
    kind: "close",
    closeCode: 1005,
    reason: "",
  });
  assertEquals(readClosePayload(concat([0x03, 0xe8], "\ufeffbye é")), {
    kind: "close",
    closeCode: 1000,
    reason: "\ufeffbye é",
  });
});

Deno.test("readClosePayload() refuses codes that must not be sent", () => {
  assertEquals(readClosePayload(concat([0x03, 0xed])), {
    kind: "fault",
    closeCode: 1002,
    detail: "The close code 1005 must not be sent (RFC 6455, 7.4)",
  });
});

Deno.test("readClosePayload() refuses a reason that is not UTF-8", () => {
  assertEquals(readClosePayload(concat([0x03, 0xe8, 0xff])), {
    kind: "fault",
    closeCode: 1007,
    detail: "The reason of a close frame is not UTF-8 (RFC 6455, 5.5.1)",
  });
});

Deno.test("closePayload() writes what readClosePayload() reads", () => {
  assertEquals(closePayload(undefined, "ignored"), new Uint8Array(0));
  assertEquals(closePayload(1001, "away"), concat([0x03, 0xe9], "away"));
});

Deno.test("closePayload() cuts a long reason between two characters", () => {
  const payload = closePayload(4000, "x".repeat(122) + "é");
  assertEquals(payload, concat([0x0f, 0xa0], "x".repeat(122)));
});
