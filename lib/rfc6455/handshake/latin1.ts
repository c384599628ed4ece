/**
 * Latin-1: a character for each byte. `TextDecoder` has no such encoding, its
 * `latin1` is windows-1252 (WHATWG Encoding, 4.2).
 *
 * The loops make no iterators: those were a third of all that the heap had to
 * hold while a connection opened.
 *
 * @module
 */

/** As many arguments as each engine takes. */
const PIECE = 8192;

/** Decodes bytes. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE) as unknown as number[];
    text += String.fromCharCode.apply(null, piece);
  }
  return text;
}

/** Encodes a text; of a character beyond Latin-1 only the low byte is left. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
