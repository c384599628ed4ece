import { assertEquals } from "@std/assert";
import {
  FIN,
  FrameHeader,
  headerSize,
  RSV1,
  writeHeader,
} from "../../lib/rfc6455/frame.ts";
import { frame } from "./frames.ts";

const CLIENT = { role: "client", rsv: 0 } as const;
const SERVER = { role: "server", rsv: 0 } as const;
const KEY = [0x87, 0xfa, 0x21, 0x3d];
const WORD = 0x87fa213d | 0;

function read(bytes: Uint8Array): FrameHeader & { size: number } {
  const header = new FrameHeader();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = header.read(view, 0, bytes.length);
  return Object.assign(header, { size });
}

function fault(bytes: Uint8Array | readonly number[], rules = CLIENT) {
  return read(Uint8Array.from(bytes)).fault(rules);
}

Deno.test("FrameHeader reads each form of the length", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 70_000]) {
    const header = read(frame(0x82, new Uint8Array(length)));
    assertEquals(header.length, length);
    assertEquals(header.size, headerSize(length, undefined));
    assertEquals(header.key, 0);
    assertEquals(header.fault(CLIENT), undefined);
  }
});

Deno.test("FrameHeader reads the masking key", () => {
  for (const length of [5, 300, 70_000]) {
    const header = read(frame(0x01, new Uint8Array(length), { key: KEY }));
    assertEquals(header.key, WORD);
    assertEquals(header.size, headerSize(length, WORD));
    assertEquals(header.fault(SERVER), undefined);
    assertEquals([header.opcode, header.isFinal, header.isControl], [
      1,
      false,
      false,
    ]);
  }
});

Deno.test("FrameHeader gives the size of a header that is not all there", () => {
  const whole = frame(0x82, new Uint8Array(70_000), { key: KEY });
  for (let size = 2; size < 14; size += 1) {
    const header = read(whole.slice(0, size));
    assertEquals(header.size, 14);
    assertEquals(header.length, size < 10 ? NaN : 70_000);
    assertEquals(header.fault(SERVER), undefined);
  }
});

Deno.test("FrameHeader reads lengths of more than 32 bits", () => {
  const header = read(new Uint8Array([0x82, 127, 0, 0, 0, 3, 0, 0, 0, 1]));
  assertEquals(header.length, 3 * 2 ** 32 + 1);
});

Deno.test("FrameHeader.fault() accepts each opcode that is defined", () => {
  for (const opcode of [0, 1, 2, 8, 9, 10]) {
    assertEquals(fault([FIN | opcode, 0]), undefined);
  }
});

Deno.test("FrameHeader.fault() refuses reserved opcodes", () => {
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    assertEquals(
      fault([FIN | opcode, 0]),
      `The opcode ${opcode} is reserved (RFC 6455, 5.2)`,
    );
  }
});

Deno.test("FrameHeader.fault() refuses RSV bits without an extension", () => {
  const suffix = " set without an extension that uses it (RFC 6455, 5.2)";
  assertEquals(fault([0xc1, 0]), `RSV1${suffix}`);
  assertEquals(fault([0xa1, 0]), `RSV2${suffix}`);
  assertEquals(fault([0x91, 0]), `RSV3${suffix}`);
  assertEquals(fault([0xf1, 0]), `RSV1 and RSV2 and RSV3${suffix}`);
});

Deno.test("FrameHeader.fault() accepts RSV1 of data with an extension", () => {
  const rules = { role: "client", rsv: RSV1 } as const;
  assertEquals(read(new Uint8Array([0xc1, 0])).fault(rules), undefined);
  assertEquals(
    read(new Uint8Array([0xd1, 0])).fault(rules),
    "RSV3 set without an extension that uses it (RFC 6455, 5.2)",
  );
  assertEquals(
    read(new Uint8Array([0xc9, 0])).fault(rules),
    "A control frame is compressed (RFC 7692, 6.1)",
  );
});

Deno.test("FrameHeader.fault() wants masks from clients and from no server", () => {
  assertEquals(
    fault([0x81, 0x80, 1, 2, 3, 4]),
    "The server masked a frame (RFC 6455, 5.1)",
  );
  assertEquals(
    read(new Uint8Array([0x81, 0])).fault(SERVER),
    "The client did not mask a frame (RFC 6455, 5.1)",
  );
});

Deno.test("FrameHeader.fault() wants control frames whole and short", () => {
  for (const opcode of [8, 9, 10]) {
    assertEquals(
      fault([opcode, 0]),
      "A control frame is fragmented (RFC 6455, 5.5)",
    );
    assertEquals(
      fault([FIN | opcode, 126]),
      "A control frame is longer than 125 bytes (RFC 6455, 5.5)",
    );
    assertEquals(fault([FIN | opcode, 125]), undefined);
  }
  assertEquals(
    fault([0x88, 1]),
    "A close frame has 1 byte, which is no close code (RFC 6455, 5.5.1)",
  );
  assertEquals(fault([0x89, 1]), undefined);
});

Deno.test("FrameHeader.fault() wants lengths in the fewest bytes, of 63 bits", () => {
  assertEquals(
    fault([0x82, 126, 0, 125]),
    "The length 125 is not written in the fewest bytes (RFC 6455, 5.2)",
  );
  assertEquals(
    fault([0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255]),
    "The length 65535 is not written in the fewest bytes (RFC 6455, 5.2)",
  );
  assertEquals(
    fault([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    "The length of a payload has more than 63 bits (RFC 6455, 5.2)",
  );
  assertEquals(fault([0x82, 126, 0, 126]), undefined);
  assertEquals(
    fault([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 0, 0]),
    undefined,
  );
});

Deno.test("writeHeader() writes what FrameHeader reads", () => {
  for (const key of [undefined, WORD]) {
    for (const length of [0, 125, 126, 65_535, 65_536, 2 ** 33 + 7]) {
      const bytes = new Uint8Array(20);
      const view = new DataView(bytes.buffer);
      const size = writeHeader(view, 3, { first: 0x82, length, key }) - 3;
      assertEquals(size, headerSize(length, key));
      const header = read(bytes.slice(3));
      assertEquals([header.first, header.length, header.size], [
        0x82,
        length,
        size,
      ]);
      assertEquals(header.key, key ?? 0);
      assertEquals(
        header.fault(key === undefined ? CLIENT : { ...SERVER }),
        undefined,
      );
    }
  }
});
