/**
 * SHA-1 (RFC 3174) for `Sec-WebSocket-Accept`, at once: the platform's own is
 * asynchronous, and would outlive an attempt that is given up meanwhile. The
 * handshake asks for no secrecy of it (RFC 6455, 10.8).
 *
 * @module
 */

const BLOCK = 64;

/** Computes the digest, 20 bytes. */
export function sha1(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const state = Int32Array.of(
    0x67452301,
    0xefcdab89,
    0x98badcfe,
    0x10325476,
    0xc3d2e1f0,
  );
  const padded = pad(input);
  for (let at = 0; at < padded.byteLength; at += BLOCK) {
    mix(state, new DataView(padded.buffer, at, BLOCK));
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (const [index, word] of state.entries()) digest.setInt32(index * 4, word);
  return new Uint8Array(digest.buffer);
}

/** A bit 1, zeros, and the length in bits, up to whole blocks (RFC 3174, 4). */
function pad(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((input.length + 9) / BLOCK);
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(input);
  padded[input.length] = 0x80;
  const length = BigInt(input.length) * 8n;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, length);
  return padded;
}

/** One block (RFC 3174, 6.1). Destructuring would make 500 objects here. */
function mix(state: Int32Array, block: DataView): void {
  const words = expand(block);
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let t = 0; t < 80; t += 1) {
    const next = (rotate(a, 5) + round(t, b, c, d) + e + words[t]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

/** The block, and 64 words that are made of it. */
function expand(block: DataView): Int32Array {
  const words = new Int32Array(80);
  for (let t = 0; t < 16; t += 1) words[t] = block.getInt32(t * 4);
  for (let t = 16; t < 80; t += 1) {
    const word = words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^
      words[t - 16]!;
    words[t] = rotate(word, 1);
  }
  return words;
}

/** The function and the constant of a round (RFC 3174, 5). */
function round(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
