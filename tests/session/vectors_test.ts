/** The vectors of docs/session-protocol.md, for implementations in any language. */

import { assert, assertEquals } from "@std/assert";
import { commonPosition } from "../../lib/session/flow/positions.ts";
import {
  decodeFrame,
  encodeFrame,
  type OutFrame,
} from "../../lib/session/wire/frame.ts";
import { SUBPROTOCOL } from "../../lib/session/wire/limits.ts";
import {
  formatNumber,
  lebLength,
  parseNumber,
  readLeb,
  writeLeb,
} from "../../lib/session/wire/numbers.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";
import {
  decodeToken,
  encodeToken,
  isSameMac,
  macInput,
  tokenBody,
} from "../../lib/session/wire/token.ts";
import VECTORS from "./vectors.json" with { type: "json" };

interface OnWire {
  readonly text?: string;
  readonly hex?: string;
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function messageOf({ text, hex = "" }: OnWire): Payload {
  return text ?? bytesOf(hex);
}

Deno.test("vectors.json is of this protocol", () => {
  assertEquals(VECTORS.subprotocol, SUBPROTOCOL);
});

Deno.test("numbers are written as in vectors.json", () => {
  for (const { value, base36, leb128 } of VECTORS.numbers) {
    assertEquals([formatNumber(value), parseNumber(base36)], [base36, value]);
    const bytes = new Uint8Array(lebLength(value));
    writeLeb(bytes, 0, value);
    assertEquals(hexOf(bytes), leb128);
    assertEquals(readLeb(bytes, 0), { value, end: bytes.length });
  }
});

Deno.test("frames are written and read as in vectors.json", () => {
  for (const { name, frame, ...wire } of VECTORS.frames) {
    const { hex, ...fields } = frame as typeof frame & OnWire;
    const data = hex === undefined ? {} : { data: bytesOf(hex) };
    const expected = { ...fields, ...data } as OutFrame;
    const withAck = { ack: undefined, ...expected } as OutFrame;
    assertEquals(encodeFrame(withAck), messageOf(wire), name);
    const read = decodeFrame(messageOf(wire), 1_000);
    for (const [field, value] of Object.entries(expected)) {
      assertEquals(
        Object.entries(read).find(([key]) => key === field)?.[1],
        value,
      );
    }
  }
});

Deno.test("control messages are read as in vectors.json", () => {
  for (const { text, control } of VECTORS.controls) {
    const frame = decodeFrame(text, 1_000);
    assert(frame.type === "control", text);
    assertEquals<unknown>(frame.control, control);
  }
  for (const text of VECTORS.ignored) {
    const frame = decodeFrame(text, 1_000);
    assertEquals(frame.type === "control" && frame.control.op, "unknown");
  }
});

Deno.test("what vectors.json refuses is refused with its close code", () => {
  for (const { name, closeCode, maxMessage = 1_000, ...wire } of REFUSED) {
    const frame = decodeFrame(messageOf(wire), maxMessage);
    assert(frame.type === "violation", name);
    assertEquals(frame.closeCode, closeCode, name);
  }
});

Deno.test("tokens are signed as in vectors.json", async () => {
  for (const vector of VECTORS.tokens) {
    const body = tokenBody(vector);
    const input = macInput(body, vector.principal);
    assertEquals(hexOf(input), vector.macInput);
    const mac = await hmac(bytesOf(vector.key), input);
    assertEquals(encodeToken(body, mac), vector.token);
    const read = decodeToken(vector.token);
    assertEquals(read?.counter, vector.counter);
    assert(isSameMac(read!.mac, mac));
  }
});

Deno.test("positions are compared as in vectors.json", () => {
  for (const { name, have, lineage, last, at } of VECTORS.positions) {
    const common = commonPosition(
      have.map(([generation, seq]) => [String(generation), Number(seq)]),
      lineage.map(([generation, first]) => ({
        generation: String(generation),
        first: Number(first),
      })),
      last,
    );
    assertEquals(common ?? null, at, name);
  }
});

const REFUSED: readonly (OnWire & {
  readonly name: string;
  readonly closeCode: number;
  readonly maxMessage?: number;
})[] = VECTORS.refused;

async function hmac(
  secret: Uint8Array<ArrayBuffer>,
  input: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, input));
}
