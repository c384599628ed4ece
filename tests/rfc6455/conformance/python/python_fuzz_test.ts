/**
 * Random and mutated streams, cut at random points and at each byte: the same
 * messages and the same verdict as python3-websockets, or a difference that a
 * section of the RFC explains.
 *
 * ```sh
 * deno test -A tests/rfc6455/conformance/python/python_fuzz_test.ts -- --streams 100000
 * ```
 */

import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
import { requires } from "../../../system/requirements.ts";
import { MessageInflater } from "../../../../lib/rfc6455/deflate/message_inflater.ts";
import { PakoInflater } from "../../../../lib/transport/tcp/pako_codec.ts";
import { compressedStream, mutateCompressed } from "../compressed_streams.ts";
import { sameVerdict } from "../differences.ts";
import {
  DEFLATE_SECTIONS,
  type DeflateDifference,
  explainDeflate,
} from "./python_deflate_differences.ts";
import {
  explainPython,
  PYTHON_SECTIONS,
  type PythonDifference,
} from "./python_differences.ts";
import {
  type PythonOptions,
  pythonReceive,
  type PythonVerdict,
} from "./python_reference.ts";
import {
  chunksOf,
  cutsOf,
  type Random,
  randomFrom,
  randomStream,
} from "../random_streams.ts";
import { ourReceive, type Verdict } from "../ws_reference.ts";

const { streams: asked } = parseArgs(Deno.args, { string: ["streams"] });
const STREAMS = Number(asked ?? 5_000);
/** As many as that where it is asked for. */
const COMPRESSED = Number(asked ?? 1_000);
/** Longer streams come byte by byte only where a number of streams is asked for. */
const MAX_BYTES = asked === undefined ? 200 : Infinity;
/** How many go to Python at a time, which bounds what is kept. */
const ROUND = 5_000;
const SEED = 7_692;
/** Within reach of the streams, so that 1009 comes up. */
const MAX_MESSAGE_SIZE = 500;

/** What is compared, and how. */
interface Comparison<Name extends string> {
  readonly streams: number;
  readonly options: PythonOptions;
  readonly make: (random: Random) => Uint8Array;
  readonly receive: (chunks: readonly Uint8Array[]) => Verdict;
  readonly explain: (
    stream: Uint8Array,
    ours: Verdict,
    python: PythonVerdict,
  ) => Name | undefined;
}

/** How often each difference came up, and each verdict. */
interface Tally {
  readonly differences: Map<string, number>;
  readonly failures: Map<string, number>;
}

/** Gives each stream to both sides in the same chunks, and compares. */
async function compare<Name extends string>(
  { streams, options, make, receive, explain }: Comparison<Name>,
): Promise<Tally> {
  const tally: Tally = { differences: new Map(), failures: new Map() };
  for (let from = 0; from < streams; from += ROUND) {
    const count = Math.min(ROUND, streams - from);
    const cases = Array.from({ length: count }, (_, index) => {
      const seed = SEED + from + index;
      const random = randomFrom(seed);
      const stream = make(random);
      const cuts = cutsOf(stream, random, MAX_BYTES);
      return cuts.map((cut) => ({ seed, stream, cut }));
    }).flat();
    const theirs = await pythonReceive(cases, options);
    assertEquals(theirs.length, cases.length);
    for (const [index, { seed, stream, cut }] of cases.entries()) {
      const ours = receive(chunksOf(stream, cut));
      const python = theirs[index]!;
      const difference = sameVerdict(ours, python)
        ? "none"
        : explain(stream, ours, python);
      if (difference === undefined) {
        const expected = { ...python, fault: ours.fault };
        assertEquals(ours, expected, `seed ${seed}, ${cut}: [${stream}]`);
        throw new Error(`Seed ${seed} is not explained`);
      }
      add(tally.differences, difference);
      add(tally.failures, `${ours.failure}`);
    }
  }
  return tally;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Whether all of these came up, so that the streams show something. */
function assertReached(
  counts: ReadonlyMap<string, number>,
  names: readonly string[],
  atLeast: number,
): void {
  const missing = names.filter((name) => (counts.get(name) ?? 0) < atLeast);
  assertEquals(missing, [], JSON.stringify([...counts]));
}

/** The part of the verdicts that are the same without an explanation. */
function partOfSame({ differences }: Tally): number {
  const all = [...differences.values()].reduce((sum, count) => sum + count, 0);
  return (differences.get("none") ?? 0) / all;
}

for (const role of ["client", "server"] as const) {
  Deno.test(
    `Receiver agrees with python3-websockets on random streams to a ${role}`,
    requires("python-websockets"),
    async () => {
      const options = { role, maxMessageSize: MAX_MESSAGE_SIZE };
      const tally = await compare<PythonDifference>({
        streams: STREAMS,
        options,
        make: (random) => randomStream(random, role),
        receive: (chunks) => ourReceive(chunks, options),
        explain: (stream, ours, python) =>
          explainPython(stream, ours, python, options),
      });
      assertReached(tally.differences, Object.keys(PYTHON_SECTIONS), 1);
      assertEquals(partOfSame(tally) > 0.8, true);
    },
  );
}

// Which distances go beyond a small window depends on how much of the output comes
// at a time, so mutated streams are compared with the largest window.
for (
  const { which, windowBits } of [
    { which: "compressed", windowBits: 9 },
    { which: "compressed", windowBits: 15 },
    { which: "mutated compressed", windowBits: 15 },
  ] as const
) {
  Deno.test(
    `Receiver agrees with python3-websockets on ${which} streams, window of ${windowBits} bits`,
    requires("python-websockets"),
    async () => {
      const role = "client";
      const options = { role, maxMessageSize: MAX_MESSAGE_SIZE } as const;
      const isMutated = which === "mutated compressed";
      const tally = await compare<DeflateDifference>({
        streams: COMPRESSED,
        options: { ...options, windowBits },
        make: (random) => {
          const stream = compressedStream(random, windowBits);
          return isMutated ? mutateCompressed(stream, random) : stream;
        },
        receive: (chunks) => {
          const pako = new PakoInflater(windowBits);
          const inflater = new MessageInflater(pako, "takeover");
          return ourReceive(chunks, { ...options, inflater });
        },
        explain: (stream, ours, python) =>
          explainDeflate(stream, ours, python, {
            ...options,
            isDeflated: true,
          }),
      });
      assertReached(tally.failures, ["undefined", "1009"], 20);
      if (!isMutated) return;
      assertReached(tally.failures, ["1002", "1007"], 20);
      assertReached(tally.differences, Object.keys(DEFLATE_SECTIONS), 1);
    },
  );
}
