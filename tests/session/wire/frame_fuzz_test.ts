/** 100,000 frames that were mutated by a seed: each is read as one thing, or refused. */

import { assert, assertEquals } from "@std/assert";
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type OutFrame,
} from "../../../lib/session/wire/frame.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";
import { type Random, seeded } from "../seeded.ts";

const FRAMES = 100_000;
const SEED = 20_261_126;
const LIMIT = 64;
const CLOSE_CODES: readonly number[] = [4400, 4413];
const ALPHABET = 'mapqctMx|,0019azAé{}[]":-. \u0000😀';

Deno.test("decodeFrame() survives 100,000 mutated frames", () => {
  const random = seeded(SEED);
  let valid = 0;
  for (let round = 0; round < FRAMES; round += 1) {
    const message = mutated(randomFrame(random), random);
    const result = decodeFrame(message, LIMIT);
    if (result.type === "violation") {
      assert(CLOSE_CODES.includes(result.closeCode));
      assert(result.reason.length < 100);
      continue;
    }
    valid += 1;
    checkValid(result, message);
  }
  assert(valid > FRAMES / 20 && valid < FRAMES, `${valid} were valid`);
});

/** A frame has one form: what was read is written as it came. */
function checkValid(frame: Frame, message: Payload): void {
  if (frame.type === "data") assert(frame.bytes <= LIMIT && frame.seq > 0);
  if (frame.type === "control") return;
  assertEquals(encodeFrame(frame as OutFrame), message);
}

function randomFrame(random: Random): Payload {
  const seq = random.upTo(40);
  const ack = random.upTo(2) === 0 ? undefined : random.upTo(2 ** 40);
  switch (random.upTo(6)) {
    case 0:
      return encodeFrame({ type: "data", seq, ack, data: "hé|llo" });
    case 1:
      return encodeFrame({ type: "data", seq, ack, data: randomBytes(random) });
    case 2:
      return encodeFrame({ type: "ack", ack: seq, maxSeq: seq, maxBytes: 9 });
    case 3:
      return encodeFrame({ type: "pong", n: seq, ack: seq });
    case 4:
      return encodeFrame({ type: "ping", n: seq });
    default:
      return 'c|{"op":"gap","from":1,"to":3,"why":"trimmed"}';
  }
}

function randomBytes(random: Random): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: random.upTo(80) },
    () => random.upTo(256),
  );
}

/** Changes, adds and removes up to three characters or bytes. */
function mutated(message: Payload, random: Random): Payload {
  let result = message;
  for (let changes = random.upTo(4); changes > 0; changes -= 1) {
    const at = random.upTo(result.length + 1);
    const end = at + random.upTo(3);
    if (typeof result === "string") {
      const added = ALPHABET.slice(random.upTo(ALPHABET.length)).slice(
        0,
        random.upTo(3),
      );
      result = result.slice(0, at) + added.toWellFormed() + result.slice(end);
      result = result.toWellFormed();
    } else {
      const added = randomBytes(random).slice(0, random.upTo(3));
      result = Uint8Array.from([
        ...result.slice(0, at),
        ...added,
        ...result.slice(end),
      ]);
    }
  }
  return result;
}
