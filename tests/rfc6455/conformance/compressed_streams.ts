/**
 * Random and mutated streams of compressed messages, reproducible by a seed.
 *
 * @module
 */

import { MessageDeflater } from "../../../lib/rfc6455/deflate/message_deflater.ts";
import { PakoDeflater } from "../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, concat, frame } from "../frames.ts";
import { below, type Random } from "./random_streams.ts";
import { framesOf } from "./reference_frames.ts";

/** Messages as one peer compresses them, in fragments, with pings between them. */
export function compressedStream(
  random: Random,
  windowBits: number,
): Uint8Array {
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

/** Flips bits of headers and of payloads, and cuts some streams off. */
export function mutateCompressed(
  stream: Uint8Array,
  random: Random,
): Uint8Array {
  const bytes = stream.slice();
  const frames = framesOf(stream);
  for (let flips = 1 + below(3, random); flips > 0; flips -= 1) {
    const { at, start, length } = frames[below(frames.length, random)]!;
    const isOfHeader = length === 0 || random() < 0.2;
    const byte = isOfHeader
      ? at + below(start - at, random)
      : start + below(length, random);
    bytes[byte]! ^= 1 << below(8, random);
  }
  return random() < 0.1
    ? bytes.slice(0, below(bytes.length + 1, random))
    : bytes;
}
