import { assertEquals } from "@std/assert";
import { isSent, platformCloseCode } from "../../lib/transport/close_code.ts";

Deno.test("isSent() refuses the codes that only describe an end", () => {
  for (const closeCode of [undefined, 1004, 1005, 1006, 1015]) {
    assertEquals(isSent(closeCode), false, `${closeCode}`);
  }
  for (const closeCode of [1000, 1001, 1002, 1009, 1014, 3000, 4999]) {
    assertEquals(isSent(closeCode), true, `${closeCode}`);
  }
});

Deno.test("platformCloseCode() moves reserved codes into the private range", () => {
  const codes = { 1001: 4001, 1002: 4002, 1009: 4009, 1011: 4011, 1014: 4014 };
  for (const [closeCode, sent] of Object.entries(codes)) {
    assertEquals(platformCloseCode(Number(closeCode)), sent);
  }
});

Deno.test("platformCloseCode() keeps codes that the platform sends", () => {
  for (const closeCode of [1000, 3000, 4401, 4999]) {
    assertEquals(platformCloseCode(closeCode), closeCode);
  }
});

Deno.test("platformCloseCode() has no code for those that are never sent", () => {
  for (const closeCode of [undefined, 1004, 1005, 1006, 1015]) {
    assertEquals(platformCloseCode(closeCode), undefined);
  }
});
