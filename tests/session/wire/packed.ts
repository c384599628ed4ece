/** Frames that came together, and what is in them. */

import type { Payload } from "../../../lib/session/wire/payload.ts";
import type { PackedFrames } from "../../../lib/session/wire/run.ts";

/** Packs frames of one kind, as transports do, with a byte between any two. */
export function packedFrames(frames: readonly Payload[]): PackedFrames {
  const kind = typeof frames[0] === "string" ? "ascii" : "binary";
  const parts = frames.map((frame) =>
    typeof frame === "string" ? new TextEncoder().encode(frame) : frame
  );
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  const head = frames.length * 8;
  const buffer = new ArrayBuffer(head + bytes + frames.length);
  const bounds = new Uint32Array(buffer, 0, frames.length * 2);
  let at = head;
  for (const [index, part] of parts.entries()) {
    new Uint8Array(buffer).set(part, at);
    bounds.set([at, at + part.length], index * 2);
    at += part.length + 1;
  }
  return { kind, count: frames.length, bytes, buffer };
}

/** What is between the bounds. */
export function payloadsIn(
  { kind, count, buffer }: PackedFrames,
): readonly Payload[] {
  const bounds = new Uint32Array(buffer, 0, count * 2);
  return Array.from({ length: count }, (_, index) => {
    const part = buffer.slice(bounds[index * 2]!, bounds[index * 2 + 1]!);
    return kind === "ascii"
      ? new TextDecoder().decode(part)
      : new Uint8Array(part);
  });
}
