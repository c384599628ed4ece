import { assertEquals } from "@std/assert";
import {
  decodeFrame,
  encodeClose,
  encodeFrame,
  OPCODE,
  packFrames,
} from "./tcp/frames.ts";

Deno.test("encodeFrame() and decodeFrame() agree on each length", () => {
  for (const length of [0, 1, 125, 126, 0xffff, 0x10000]) {
    const payload = new Uint8Array(length).fill(7);
    for (const mask of [undefined, Uint8Array.of(1, 2, 3, 4)]) {
      const bytes = encodeFrame(payload, {
        opcode: OPCODE.binary,
        fin: false,
        rsv: 5,
        ...(mask && { mask }),
      });
      assertEquals(decodeFrame(bytes), {
        opcode: OPCODE.binary,
        fin: false,
        rsv: 5,
        masked: mask !== undefined,
        payload,
        size: bytes.length,
      });
      assertEquals(decodeFrame(bytes.subarray(0, -1)), undefined);
    }
  }
});

Deno.test("encodeFrame() makes the examples of RFC 6455, 5.7", () => {
  assertEquals(
    encodeFrame("Hello"),
    Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f),
  );
  const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
  assertEquals(
    encodeFrame("Hello", { mask }).toHex(),
    "818537fa213d7f9f4d5158",
  );
});

Deno.test("encodeClose() writes the code and the reason", () => {
  assertEquals(encodeClose(), Uint8Array.of(0x88, 0));
  assertEquals(encodeClose(1000, "x").toHex(), "880303e878");
});

Deno.test("packFrames() fills writes of 64 KiB", () => {
  const frame = encodeFrame("x".repeat(98));
  const writes = [...packFrames(frame, 1_500)];
  assertEquals(writes.map(({ length }) => length), [65_500, 65_500, 19_000]);
});
