/**
 * The engine of python3-websockets, as a second reference to judge ours by.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
import { PROGRAMS } from "../../../system/requirements.ts";
import type { Cut } from "../random_streams.ts";
import type { ReceiveOptions, Verdict } from "../ws_reference.ts";

/** What Python makes of a stream. */
export interface PythonVerdict extends Verdict {
  /** What it says of its failure. */
  readonly why: string;
}

const SCRIPT = fromFileUrl(new URL("./python_reference.py", import.meta.url));
/** How many streams go to the program at a time. */
const BATCH = 500;

/** What Python is given. */
export interface PythonOptions extends ReceiveOptions {
  /** The window of the peer that compresses, in bits; by default none does. */
  readonly windowBits?: number | null;
}

/** A stream, and how it comes in. */
export interface CutStream {
  readonly stream: Uint8Array;
  readonly cut: Cut;
}

/** What Python makes of streams. */
export async function pythonReceive(
  streams: readonly CutStream[],
  options: PythonOptions,
): Promise<readonly PythonVerdict[]> {
  const child = new Deno.Command(PROGRAMS.python, {
    args: [SCRIPT],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const feeding = feed(child.stdin.getWriter(), streams, options);
  const output = await new Response(child.stdout).text();
  await feeding;
  await child.status;
  return output.trimEnd().split("\n").flatMap((line) =>
    JSON.parse(line).map(toVerdict)
  );
}

async function feed(
  input: WritableStreamDefaultWriter<Uint8Array>,
  streams: readonly CutStream[],
  { role, maxMessageSize, windowBits = null }: PythonOptions,
): Promise<void> {
  const encoder = new TextEncoder();
  for (let at = 0; at < streams.length; at += BATCH) {
    const line = JSON.stringify(
      streams.slice(at, at + BATCH).map(({ stream, cut }) => [
        role,
        maxMessageSize,
        stream.toBase64(),
        cut === "bytes" ? null : cut,
        windowBits,
      ]),
    );
    await input.write(encoder.encode(`${line}\n`));
  }
  await input.close();
}

function toVerdict(
  [events, failure, why]: [string[], number | null, string],
): PythonVerdict {
  return { events, failure: failure ?? undefined, why };
}
