/**
 * Random and mutated streams, cut anywhere: the same messages and the same
 * verdict as `ws`, or a difference that a section of the RFC explains.
 *
 * ```sh
 * deno test -A tests/rfc6455/conformance/fuzz_test.ts -- --streams 100000
 * ```
 */

import { inflateRawSync } from "node:zlib";
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
import { MessageInflater } from "../../../lib/rfc6455/deflate/message_inflater.ts";
import {
  PakoDeflater,
  PakoInflater,
} from "../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, concat, frame } from "../frames.ts";
import { type Difference, explain } from "./differences.ts";
import {
  below,
  randomChunks,
  randomFrom,
  randomStream,
} from "./random_streams.ts";
import { ourReceive, type Verdict, wsReceive } from "./ws_reference.ts";

const STREAMS = Number(
  parseArgs(Deno.args, { string: ["streams"] }).streams ?? 10_000,
);
const SEED = 6_455;
/** Within reach of the streams, so that 1009 comes up. */
const MAX_MESSAGE_SIZE = 500;

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.failure === b.failure && a.events.length === b.events.length &&
    a.events.every((event, index) => event === b.events[index]);
}

/** Everything of ours: the offset and the words of a fault do not depend on chunks. */
function shown({ events, fault }: Verdict): readonly unknown[] {
  return [...events, fault];
}

for (const role of ["client", "server"] as const) {
  Deno.test(`Receiver agrees with ws on random streams to a ${role}`, () => {
    const options = { role, maxMessageSize: MAX_MESSAGE_SIZE };
    const differences = new Map<Difference | "none", number>();
    const failures = new Map<number | undefined, number>();
    for (let seed = 0; seed < STREAMS; seed += 1) {
      const random = randomFrom(SEED + seed);
      const stream = randomStream(random, role);
      const ours = ourReceive([stream], options);
      const ws = wsReceive([stream], options);
      const difference = sameVerdict(ours, ws)
        ? "none"
        : explain(stream, ours, ws);
      if (difference === undefined) {
        assertEquals(ours, ws, `seed ${SEED + seed}: [${stream}]`);
        throw new Error(`Seed ${SEED + seed} is not explained`);
      }
      differences.set(difference, (differences.get(difference) ?? 0) + 1);
      failures.set(ours.failure, (failures.get(ours.failure) ?? 0) + 1);
      const cuts = [randomChunks(stream, random)];
      if (seed % 5 === 0) {
        cuts.push([...stream].map((byte) => Uint8Array.of(byte)));
      }
      for (const chunks of cuts) {
        const again = ourReceive(chunks, options);
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
  });
}

/** What zlib makes of a compressed message: all of it, or `undefined`. */
function zlibInflate(compressed: Uint8Array): Uint8Array | undefined {
  try {
    const whole = concat(compressed, [0, 0, 0xff, 0xff]);
    const options = { finishFlush: 2, maxOutputLength: 10_000_000 };
    return new Uint8Array(inflateRawSync(whole, options));
  } catch {
    return undefined;
  }
}

Deno.test("Receiver agrees with zlib on mutated compressed messages", () => {
  const plain = bytesOf(
    '{"id":1,"name":"holdfast","tags":["a","b","a"]}'.repeat(9),
  );
  const compressed = new PakoDeflater(15).deflate(plain).slice(0, -4);
  let valid = 0;
  let cut = 0;
  for (let seed = 0; seed < 2_000; seed += 1) {
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
    const inflater = new MessageInflater(new PakoInflater(15), "takeover");
    const verdict = ourReceive(randomChunks(frame(0xc2, bytes), random), {
      role: "client",
      maxMessageSize: 10_000_000,
      inflater,
    });
    const reference = zlibInflate(bytes);
    if (verdict.failure === undefined) {
      const [event = ""] = verdict.events;
      assertEquals(event.length - "binary ".length, reference?.length);
      valid += 1;
      // RFC 7692, 7.2.2: zlib gives the part of a message that was cut within a block.
    } else if (reference !== undefined) cut += 1;
    assertEquals([undefined, 1007].includes(verdict.failure), true);
  }
  assertEquals([valid > 100, cut > 50], [true, true]);
});
