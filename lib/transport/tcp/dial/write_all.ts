/**
 * Writes to a connection of Deno.
 *
 * @module
 */

/** A part of `Deno.Conn`. */
export interface Writable {
  /** Writes some of the bytes, and gives how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * What one write offers to the system, in bytes. With one large write,
 * `bufferedAmount` falls late, and senders that wait for it are 8 % slower.
 */
const PART = 32 * 1024;

/**
 * Writes all bytes, in parts.
 *
 * @param written Called with the size of each part that the system took.
 * @throws {Error} A write took nothing: trying again would never end.
 */
export async function writeAll(
  conn: Writable,
  bytes: Uint8Array,
  written: (count: number) => void = ignore,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    // A view of the whole would cost one object for each write.
    const isPart = at > 0 || bytes.length > PART;
    const part = isPart ? bytes.subarray(at, at + PART) : bytes;
    const count = await conn.write(part);
    if (count === 0) throw new Error("The system takes no more bytes");
    at += count;
    written(count);
  }
}

function ignore(): void {}
