/**
 * Text messages to strings.
 *
 * @module
 */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes `bytes[start, end)`, which a receiver found to be valid. */
export function decodeText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  return decoder.decode(bytes.subarray(start, end));
}
