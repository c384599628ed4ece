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
import { explainPython, type PythonDifference } from "./python_differences.ts";
import { pythonReceive } from "./python_reference.ts";
import { randomChunks, randomFrom, randomStream } from "./random_streams.ts";
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
