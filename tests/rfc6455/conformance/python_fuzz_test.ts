/**
 * Random and mutated streams, cut at random points and at each byte: the same
 * messages and the same verdict as python3-websockets, or a difference that a
 * section of the RFC explains.
 *
 * ```sh
 * deno test -A tests/rfc6455/conformance/python_fuzz_test.ts -- --streams 100000
 * ```
 */

import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
import { requires } from "../../system/requirements.ts";
import { MessageDeflater } from "../../../lib/rfc6455/deflate/message_deflater.ts";
import { MessageInflater } from "../../../lib/rfc6455/deflate/message_inflater.ts";
import {
  PakoDeflater,
  PakoInflater,
} from "../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, concat, frame } from "../frames.ts";
import {
  explainPython,
  isControlCounted,
  type PythonDifference,
} from "./python_differences.ts";
import { pythonReceive } from "./python_reference.ts";
import {
  below,
  type Random,
  randomChunks,
  randomFrom,
  randomStream,
} from "./random_streams.ts";
import { ourReceive, type Verdict } from "./ws_reference.ts";

const STREAMS = Number(
  parseArgs(Deno.args, { string: ["streams"] }).streams ?? 5_000,
);
const SEED = 7_692;
/** Within reach of the streams, so that 1009 comes up. */
const MAX_MESSAGE_SIZE = 500;

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.failure === b.failure && a.events.length === b.events.length &&
    a.events.every((event, index) => event === b.events[index]);
}

for (const role of ["client", "server"] as const) {
  Deno.test(
    `Receiver agrees with python3-websockets on random streams to a ${role}`,
    requires("python-websockets"),
    async () => {
      const options = { role, maxMessageSize: MAX_MESSAGE_SIZE };
      const cases = Array.from({ length: STREAMS }, (_, index) => {
        const random = randomFrom(SEED + index);
        const stream = randomStream(random, role);
        // Both of them get the stream in the same chunks.
        const chunks = index % 5 === 0
          ? Array.from(stream, (byte) => Uint8Array.of(byte))
          : randomChunks(stream, random);
        return { stream, chunks };
      });
      const theirs = await pythonReceive(
        cases.map(({ chunks }) => chunks),
        options,
      );
      assertEquals(theirs.length, STREAMS);
      const differences = new Map<PythonDifference | "none", number>();
      for (const [index, { stream, chunks }] of cases.entries()) {
        const ours = ourReceive(chunks, options);
        const python = theirs[index]!;
        const difference = sameVerdict(ours, python)
          ? "none"
          : explainPython(stream, ours, python);
        if (difference === undefined) {
          assertEquals(
            ours,
            { ...python, fault: ours.fault },
            `seed ${SEED + index}: [${stream}]`,
          );
        } else {
          differences.set(difference, (differences.get(difference) ?? 0) + 1);
        }
      }
      const reached = Object.fromEntries(differences);
      for (
        const each of [
          "length-not-minimal",
          "length-64-bits",
          "utf8-early",
          "header-early",
          "close-between-fragments",
          "control-frame-counted",
          "reason-first",
        ] as const
      ) {
        assertEquals((reached[each] ?? 0) > 0, true, JSON.stringify(reached));
      }
      assertEquals((reached.none ?? 0) > STREAMS * 0.8, true);
    },
  );
}

/** Messages as one peer compresses them, in fragments, with pings between them. */
function compressedStream(random: Random, windowBits: number): Uint8Array {
  const deflater = new MessageDeflater(new PakoDeflater(windowBits), {
    takeover: "takeover",
    threshold: 0,
  });
  const frames: Uint8Array[] = [];
  for (let messages = 1 + below(6, random); messages > 0; messages -= 1) {
    const text = '{"bid":1,"ask":2,"é":"€"}'.repeat(below(24, random)) +
      below(1_000, random);
    const whole = deflater.compress(bytesOf(text)).slice();
    let first = 0x41;
    let isLast = false;
    for (let at = 0; !isLast; first = 0) {
      isLast = random() < 0.3;
      const end = isLast
        ? whole.length
        : at + below(whole.length + 1 - at, random);
      const payload = whole.slice(at, end);
      frames.push(frame(isLast ? first | 0x80 : first, payload));
      if (random() < 0.2) frames.push(frame(0x89, "ping"));
      at = end;
    }
  }
  return concat(...frames);
}

for (const windowBits of [9, 15]) {
  Deno.test(
    `Receiver agrees with python3-websockets on compressed streams, window of ${windowBits} bits`,
    requires("python-websockets"),
    async () => {
      const options = { role: "client", maxMessageSize: 500 } as const;
      const cases = Array.from({ length: STREAMS / 10 }, (_, index) => {
        const random = randomFrom(SEED + index);
        const stream = compressedStream(random, windowBits);
        return index % 5 === 0
          ? Array.from(stream, (byte) => Uint8Array.of(byte))
          : randomChunks(stream, random);
      });
      const theirs = await pythonReceive(cases, { ...options, windowBits });
      const failures = new Map<number | undefined, number>();
      for (const [index, chunks] of cases.entries()) {
        const inflater = new MessageInflater(
          new PakoInflater(windowBits),
          "takeover",
        );
        const ours = ourReceive(chunks, { ...options, inflater });
        const { events, failure } = theirs[index]!;
        const isCounted = isControlCounted(ours, theirs[index]!);
        if (!isCounted) {
          assertEquals(ours.events, events, `seed ${SEED + index}`);
          assertEquals(ours.failure, failure, `seed ${SEED + index}`);
        }
        failures.set(ours.failure, (failures.get(ours.failure) ?? 0) + 1);
      }
      for (const code of [undefined, 1009]) {
        assertEquals((failures.get(code) ?? 0) > 20, true, `${code}`);
      }
    },
  );
}
