/**
 * The cases of the Autobahn test suite, each with our receiver in both roles,
 * and with that of `ws`, which checks the table.
 */

import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import type { Role } from "../../../../lib/rfc6455/frame.ts";
import { frame } from "../../frames.ts";
import type { Case } from "./autobahn_case.ts";
import { AUTOBAHN_CASES } from "./autobahn_cases.ts";
import { DEFLATE_CASES } from "./autobahn_deflate.ts";
import { ourReceive, type Verdict, wsReceive } from "../ws_reference.ts";

const KEY = [0x37, 0xfa, 0x21, 0x3d];
/** Larger streams are not cut at every byte. */
const SMALL = 2_000;

function streamOf({ sent }: Case, role: Role): Uint8Array {
  const options = role === "server" ? { key: KEY } : {};
  return Buffer.concat(
    sent.map(([first, payload]) => frame(first, payload, options)),
  );
}

function cut(stream: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(stream.length / size));
  return Array.from(
    { length: count },
    (_, index) => stream.subarray(index * size, (index + 1) * size),
  );
}

function chunkSizes({ chop }: Case, length: number): readonly number[] {
  const whole = Math.max(1, length);
  return [whole, ...chop ? [chop] : [], ...length < SMALL ? [1] : []];
}

/** Large payloads would make a failure unreadable. */
function assertVerdict(verdict: Verdict, expected: Case, which: string): void {
  const short = (events: readonly string[]) =>
    events.map((event) => `${event.length} ${event.slice(0, 40)}`);
  const message = `case ${expected.name}, ${which}`;
  assertEquals(verdict.failure, expected.failure, message);
  assertEquals(short(verdict.events), short(expected.events), message);
  const isSame = verdict.events.every((event, index) =>
    event === expected.events[index]
  );
  assertEquals(isSame, true, message);
}

const OPTIONS = { maxMessageSize: 2 ** 20 };

for (const role of ["client", "server"] as const) {
  Deno.test(`Receiver passes the cases of Autobahn as a ${role}`, () => {
    for (const each of AUTOBAHN_CASES) {
      const stream = streamOf(each, role);
      for (const size of chunkSizes(each, stream.length)) {
        const verdict = ourReceive(cut(stream, size), { ...OPTIONS, role });
        assertVerdict(verdict, each, `chunks of ${size}`);
      }
    }
  });
}

Deno.test("ws agrees with the table of Autobahn's cases", () => {
  for (const each of AUTOBAHN_CASES) {
    const stream = streamOf(each, "client");
    const verdict = wsReceive(cut(stream, stream.length), {
      ...OPTIONS,
      role: "client",
    });
    assertVerdict(verdict, each, "ws");
  }
});

Deno.test("The tables have each case of Autobahn once", () => {
  const names = [...AUTOBAHN_CASES, ...DEFLATE_CASES].map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  const inSection = Map.groupBy(names, (name) => Number(name.split(".")[0]));
  // As many as in the suite; 6 and 7 have variants of their own.
  const counts = [1, 2, 3, 4, 5, 9, 12, 13].map((section) =>
    inSection.get(section)?.length
  );
  assertEquals(counts, [16, 11, 7, 10, 20, 54, 90, 126]);
  assertEquals([6, 7].map((each) => inSection.get(each)!.length > 35), [
    true,
    true,
  ]);
});
