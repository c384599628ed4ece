/**
 * Text messages to strings.
 *
 * @module
 */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Longer runs are not decoded together. A message is a slice of the string of
 * its run, so one that is kept keeps up to so many bytes.
 */
const MAX_RUN = 4 * 1024;
/** A larger gap between two messages starts a new run, in bytes. */
const MAX_GAP = 64;

/** Decodes `bytes[start, end)`, which a receiver found to be valid. */
export function decodeText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  return decoder.decode(bytes.subarray(start, end));
}

/**
 * Decodes many short ASCII messages of one chunk, several with one call of the
 * decoder: for 100 bytes a fifth of the time of {@linkcode decodeText}.
 *
 * @param bytes The chunk. What lies between two messages is overwritten.
 * @param bounds Start and end of each message, in the order of the chunk; all of
 * them are of the kind `"ascii"`.
 * @returns The messages.
 */
export function decodeAscii(
  bytes: Uint8Array,
  bounds: readonly number[],
): string[] {
  const texts: string[] = [];
  let index = 0;
  while (index < bounds.length) {
    const last = runFrom(bytes, bounds, index);
    const start = bounds[index]!;
    const run = decodeText(bytes, start, bounds[last + 1]!);
    for (; index <= last; index += 2) {
      texts.push(run.slice(bounds[index]! - start, bounds[index + 1]! - start));
    }
  }
  return texts;
}

/**
 * Finds the last message of the run that starts with the message at `first`,
 * and makes ASCII of the headers in it, so that indices of bytes and of
 * characters are the same.
 */
function runFrom(
  bytes: Uint8Array,
  bounds: readonly number[],
  first: number,
): number {
  let last = first;
  while (last + 3 < bounds.length) {
    const end = bounds[last + 1]!;
    const next = bounds[last + 2]!;
    if (next - end > MAX_GAP || bounds[last + 3]! - bounds[first]! > MAX_RUN) {
      break;
    }
    for (let at = end; at < next; at += 1) bytes[at] = 0;
    last += 2;
  }
  return last;
}
