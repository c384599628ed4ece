/**
 * Random and mutated streams, cut anywhere: the same messages and the same
 * verdict as `ws`, or a difference that a section of the RFC explains.
 *
 * ```sh
 * deno test -A tests/rfc6455/conformance/fuzz_test.ts -- --streams 100000
 * ```
 */

import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
import { MessageInflater } from "../../../lib/rfc6455/deflate/message_inflater.ts";
import {
  PakoDeflater,
  PakoInflater,
} from "../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, concat, frame } from "../frames.ts";
import { positionAfter, zlibInflate } from "./deflate_reference.ts";
import { type Difference, explain, sameVerdict } from "./differences.ts";
import {
  below,
  chunksOf,
  cutsOf,
  randomFrom,
  randomStream,
} from "./random_streams.ts";
import { ourReceive, type Verdict, wsReceive } from "./ws_reference.ts";

const { streams: asked } = parseArgs(Deno.args, { string: ["streams"] });
const STREAMS = Number(asked ?? 10_000);
/** As many as that where it is asked for. */
const COMPRESSED = Number(asked ?? 2_000);
/** Longer streams come byte by byte only where a number of streams is asked for. */
const MAX_BYTES = asked === undefined ? 300 : Infinity;
const SEED = 6_455;
/** Within reach of the streams, so that 1009 comes up. */
const MAX_MESSAGE_SIZE = 500;

/** Everything of ours: the offset and the words of a fault do not depend on chunks. */
function shown({ events, fault }: Verdict): readonly unknown[] {
  return [...events, fault];
}

for (const role of ["client", "server"] as const) {
  Deno.test(`Receiver agrees with ws on random streams to a ${role}`, () => {
    const options = { role, maxMessageSize: MAX_MESSAGE_SIZE };
    const differences = new Map<Difference | "none", number>();
    const failures = new Map<number | undefined, number>();
    let byBytes = 0;
    for (let seed = 0; seed < STREAMS; seed += 1) {
      const random = randomFrom(SEED + seed);
      const stream = randomStream(random, role);
      const ours = ourReceive([stream], options);
      const ws = wsReceive([stream], options);
      const difference = sameVerdict(ours, ws)
        ? "none"
        : explain(stream, ours, ws, options);
      if (difference === undefined) {
        assertEquals(ours, ws, `seed ${SEED + seed}: [${stream}]`);
        throw new Error(`Seed ${SEED + seed} is not explained`);
      }
      differences.set(difference, (differences.get(difference) ?? 0) + 1);
      failures.set(ours.failure, (failures.get(ours.failure) ?? 0) + 1);
      for (const cut of cutsOf(stream, random, MAX_BYTES)) {
        if (cut === "bytes") byBytes += 1;
        const again = ourReceive(chunksOf(stream, cut), options);
        if (
          sameVerdict(again, ours) && again.fault?.offset === ours.fault?.offset
        ) continue;
        assertEquals(shown(again), shown(ours), `seed ${SEED + seed}, cut`);
      }
    }
    // The streams reach each verdict and each difference, or they show little.
    for (const code of [undefined, 1002, 1007, 1009]) {
      assertEquals((failures.get(code) ?? 0) > 20, true, `failures ${code}`);
    }
    for (
      const each of [
        "length-not-minimal",
        "length-64-bits",
        "utf8-early",
      ] as const
    ) {
      assertEquals((differences.get(each) ?? 0) > 5, true, each);
    }
    assertEquals((differences.get("none") ?? 0) > STREAMS * 0.8, true);
    assertEquals(byBytes > STREAMS / 2, true, `${byBytes} byte by byte`);
  });
}

Deno.test("Receiver agrees with zlib on mutated compressed messages", () => {
  const plain = bytesOf(
    '{"id":1,"name":"holdfast","tags":["a","b","a"]}'.repeat(9),
  );
  const compressed = new PakoDeflater(15).deflate(plain).slice(0, -4);
  const counts = { between: 0, within: 0, invalid: 0 };
  for (let seed = 0; seed < COMPRESSED; seed += 1) {
    const random = randomFrom(SEED + seed);
    const bytes = compressed.slice(
      0,
      random() < 0.3 ? below(compressed.length, random) : undefined,
    );
    for (
      let flips = below(3, random);
      flips > 0 && bytes.length > 0;
      flips -= 1
    ) {
      bytes[below(bytes.length, random)]! ^= 1 << below(8, random);
    }
    // One without a byte is taken as empty, though it should have one (7.2.3.6).
    const whole = bytes.length === 0
      ? bytes
      : concat(bytes, [0, 0, 0xff, 0xff]);
    const reference = zlibInflate(whole);
    const position = positionAfter(whole);
    // zlib takes nothing behind a final block, as a message may (RFC 7692, 7.2.3.4).
    if (position === "final") continue;
    const stream = frame(0xc2, bytes);
    for (const cut of cutsOf(stream, random, Infinity)) {
      const verdict = ourReceive(chunksOf(stream, cut), {
        role: "client",
        maxMessageSize: 10_000_000,
        inflater: new MessageInflater(new PakoInflater(15), "takeover"),
      });
      counts[position] += 1;
      if (position === "between") {
        const data = Buffer.from(reference!).toString("latin1");
        assertEquals(verdict.events, [`binary ${data}`]);
      } else {
        // A message ends between two blocks (RFC 7692, 7.2.2); zlib gives its part.
        assertEquals([verdict.events, verdict.failure], [[], 1007]);
      }
    }
  }
  assertEquals(
    Object.values(counts).every((count) => count > 50),
    true,
    JSON.stringify(counts),
  );
});
