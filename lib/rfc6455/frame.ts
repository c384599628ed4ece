/**
 * The header of a frame (RFC 6455, 5.2): how it is read, judged and written.
 *
 * @module
 */

/** Opcode of a frame that continues a message (RFC 6455, 5.2). */
export const CONTINUATION = 0x0;
/** Opcode of a text message's first frame. */
export const TEXT = 0x1;
/** Opcode of a binary message's first frame. */
export const BINARY = 0x2;
/** Opcode of a close frame. */
export const CLOSE = 0x8;
/** Opcode of a ping. */
export const PING = 0x9;
/** Opcode of a pong. */
export const PONG = 0xa;

/** The bit of the first byte that ends a message. */
export const FIN = 0x80;
/** The bit of the first byte that marks a compressed message (RFC 7692, 6). */
export const RSV1 = 0x40;
/** The bit of the second byte that says that the payload is masked. */
export const MASKED = 0x80;

/** The longest header, in bytes: 64-bit length and masking key. */
export const MAX_HEADER = 14;
/** The largest payload of a control frame, in bytes (RFC 6455, 5.5). */
export const MAX_CONTROL = 125;

const OPCODE = 0x0f;
const RSV = 0x70;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** Opcodes with this bit are control frames (RFC 6455, 5.5). */
const CONTROL = 0x8;

/** Which side of a connection this is. */
export type Role = "client" | "server";

/** What a receiver allows in a header. */
export interface FrameRules {
  /** The receiver's role: only servers take masked frames (RFC 6455, 5.1). */
  readonly role: Role;
  /** The RSV bits that an extension gave a meaning: `RSV1`, or 0. */
  readonly rsv: number;
}

/** One header; a receiver reads all its headers into the same object. */
export class FrameHeader {
  /** The first byte: FIN, RSV bits and opcode. */
  first = 0;
  /** The second byte: mask bit and the 7-bit length. */
  second = 0;
  /** Length of the payload, in bytes; `NaN` where it has not arrived. */
  length = 0;
  /** The masking key; 0 where the frame has none. */
  key = 0;

  /** The opcode. */
  get opcode(): number {
    return this.first & OPCODE;
  }

  /** Whether it is a control frame. */
  get isControl(): boolean {
    return (this.first & CONTROL) !== 0;
  }

  /** Whether its message ends with it. */
  get isFinal(): boolean {
    return (this.first & FIN) !== 0;
  }

  /**
   * Reads a header, or as much of it as there is.
   *
   * @param view The bytes.
   * @param at Where the header starts.
   * @param end Where the bytes end; at least `at + 2`.
   * @returns The size of the whole header. When it goes beyond `end`, `key`
   * and perhaps `length` are not valid yet.
   */
  read(view: DataView, at: number, end: number): number {
    this.first = view.getUint8(at);
    this.second = view.getUint8(at + 1);
    const short = this.second & LENGTH;
    let next = at + 2;
    if (short < LENGTH_16) this.length = short;
    else {
      next += short === LENGTH_16 ? 2 : 8;
      this.length = next > end ? NaN : readLength(view, at + 2, short);
    }
    if ((this.second & MASKED) === 0) this.key = 0;
    else {
      if (next + 4 <= end) this.key = view.getInt32(next);
      next += 4;
    }
    return next - at;
  }

  /**
   * Says what is wrong with the header, whatever came before it. What has not
   * arrived yet is not judged.
   */
  fault(rules: FrameRules): string | undefined {
    const { first, second } = this;
    const reserved = first & RSV & ~rules.rsv;
    if (reserved !== 0) return reservedBitFault(reserved);
    if ((second & MASKED) !== (rules.role === "server" ? MASKED : 0)) {
      return maskFault(rules.role);
    }
    const opcode = first & OPCODE;
    if (opcode > BINARY) return this.#controlFault(opcode);
    return this.#lengthFault();
  }

  #controlFault(opcode: number): string | undefined {
    if (opcode < CLOSE || opcode > PONG) {
      return `The opcode ${opcode} is reserved (RFC 6455, 5.2)`;
    }
    if ((this.first & FIN) === 0) {
      return "A control frame is fragmented (RFC 6455, 5.5)";
    }
    if ((this.first & RSV1) !== 0) {
      return "A control frame is compressed (RFC 7692, 6.1)";
    }
    const length = this.second & LENGTH;
    if (length > MAX_CONTROL) {
      return `A control frame is longer than ${MAX_CONTROL} bytes (RFC 6455, 5.5)`;
    }
    if (opcode === CLOSE && length === 1) {
      return "A close frame has 1 byte, which is no close code (RFC 6455, 5.5.1)";
    }
    return undefined;
  }

  #lengthFault(): string | undefined {
    const { length } = this;
    const short = this.second & LENGTH;
    if (short < LENGTH_16) return undefined;
    if (length === Infinity) {
      return "The length of a payload has more than 63 bits (RFC 6455, 5.2)";
    }
    if (length < (short === LENGTH_16 ? LENGTH_16 : 2 ** 16)) {
      return `The length ${length} is not written in the fewest bytes (RFC 6455, 5.2)`;
    }
    return undefined;
  }
}

/**
 * Above 2 ** 53 the length is not exact, but no limit allows it either; of more
 * than 63 bits it is `Infinity`.
 */
function readLength(view: DataView, at: number, short: number): number {
  if (short === LENGTH_16) return view.getUint16(at);
  if (view.getInt32(at) < 0) return Infinity;
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

function reservedBitFault(bits: number): string {
  const names = [RSV1, RSV1 >> 1, RSV1 >> 2].flatMap((bit, index) =>
    (bits & bit) === 0 ? [] : [`RSV${index + 1}`]
  );
  return `${names.join(" and ")} set without an extension that uses it ` +
    "(RFC 6455, 5.2)";
}

function maskFault(role: Role): string {
  return role === "client"
    ? "The server masked a frame (RFC 6455, 5.1)"
    : "The client did not mask a frame (RFC 6455, 5.1)";
}

/** Gives the size of a header, in bytes, for a payload of so many bytes. */
export function headerSize(length: number, key: number | undefined): number {
  const masking = key === undefined ? 0 : 4;
  if (length < LENGTH_16) return 2 + masking;
  return (length < 2 ** 16 ? 4 : 10) + masking;
}

/** What goes into a header. */
export interface HeaderFields {
  /** The first byte: FIN, RSV bits and opcode. */
  readonly first: number;
  /** Length of the payload, in bytes. */
  readonly length: number;
  /** The masking key; `undefined` for a frame that is not masked. */
  readonly key: number | undefined;
}

/**
 * Writes a header with the length in the fewest bytes (RFC 6455, 5.2).
 *
 * @param view Where to; `headerSize()` bytes must be there.
 * @param at Where it starts.
 * @returns Where the payload starts.
 */
export function writeHeader(
  view: DataView,
  at: number,
  { first, length, key }: HeaderFields,
): number {
  const masked = key === undefined ? 0 : MASKED;
  view.setUint8(at, first);
  const next = writeLength(view, at + 1, length, masked);
  if (key === undefined) return next;
  view.setInt32(next, key);
  return next + 4;
}

function writeLength(
  view: DataView,
  at: number,
  length: number,
  masked: number,
): number {
  if (length < LENGTH_16) {
    view.setUint8(at, masked | length);
    return at + 1;
  }
  if (length < 2 ** 16) {
    view.setUint8(at, masked | LENGTH_16);
    view.setUint16(at + 1, length);
    return at + 3;
  }
  view.setUint8(at, masked | LENGTH_64);
  view.setUint32(at + 1, Math.floor(length / 2 ** 32));
  view.setUint32(at + 5, length % 2 ** 32);
  return at + 9;
}
