/**
 * Where a session is kept.
 *
 * @module
 */

/** The keys of one session, all in one slot of a cluster. */
export interface SessionKeys {
  readonly bucket: number;
  readonly record: string;
  readonly log: string;
  /** Sessions of its bucket, by their end. */
  readonly ends: string;
}

/**
 * Sessions of a bucket share a slot, so that their ends can be listed. As many
 * buckets as a large cluster has servers; each is asked at each sweep.
 */
export const BUCKETS = 64;
/**
 * A bucket's sessions are listed in parts: with up to 128 entries a sorted set
 * takes 34 bytes for each, and with more 120.
 */
const PARTS = 16;

/** The names of keys and channels of one store. */
export class KeySpace {
  readonly #prefix: string;

  /**
   * Takes what all names begin with.
   *
   * @throws {RangeError} If it has other characters than letters, digits and `:_.-`.
   */
  constructor(prefix: string) {
    if (!/^[\w:.-]*$/.test(prefix)) {
      throw new RangeError(
        `Option "prefix" must be letters, digits and :_.-, not ${
          JSON.stringify(prefix)
        }`,
      );
    }
    this.#prefix = prefix;
  }

  /** What the names of channels begin with; the node's name follows. */
  get channels(): string {
    return `${this.#prefix}n:`;
  }

  /** The name of the data's generation. */
  get generation(): string {
    return `${this.#prefix}generation`;
  }

  /** The keys of a session. */
  of(session: string): SessionKeys {
    const hash = hashOf(session);
    const bucket = hash % BUCKETS;
    return {
      bucket,
      record: this.recordsOf(bucket) + session,
      log: `${this.#prefix}{${bucket}}:o:${session}`,
      ends: this.#endsOf(bucket, Math.floor(hash / BUCKETS) % PARTS),
    };
  }

  /** What the keys of a bucket's records begin with; the session's id follows. */
  recordsOf(bucket: number): string {
    return `${this.#prefix}{${bucket}}:s:`;
  }

  /** The sessions of a bucket, by their end, in parts. */
  endsOf(bucket: number): readonly string[] {
    return Array.from(
      { length: PARTS },
      (_, part) => this.#endsOf(bucket, part),
    );
  }

  #endsOf(bucket: number, part: number): string {
    return `${this.#prefix}{${bucket}}:t${part}`;
  }
}

/** The same for all versions of this library. FNV-1a, 32 bits. */
function hashOf(session: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < session.length; index += 1) {
    hash = Math.imul(hash ^ session.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
