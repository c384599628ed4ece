/**
 * From what a protocol receives to messages that can cross to another thread.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Data } from "../../queue/data.ts";
import { type Pack, PACKED_UP_TO, packsOf } from "../../queue/pack.ts";
import { PackReader } from "../../queue/pack_reader.ts";
import { type CloseInfo, LOST } from "../../rfc6455/close.ts";
import type { ProtocolFault } from "../../rfc6455/fault.ts";
import type { MessageKind } from "../../rfc6455/message_assembler.ts";
import type { ProtocolListener } from "../../rfc6455/protocol.ts";
import { decodeText } from "../../rfc6455/text_decoder.ts";

/** What comes in, in its order. */
export interface InboundEvents {
  /** A message. */
  received(data: Data, bytes: number): void;
  /** Whether messages may come in packs now. */
  readonly takesPacks: boolean;
  /** Many short messages. */
  packed(pack: Pack): void;
  /** A pong. */
  answered(payload: string): void;
  /**
   * A close frame, a fault of the server, or a text that no string can hold.
   * Nothing follows that counts.
   */
  concluded(info: CloseInfo, failure: Failure | undefined): void;
}

/** Fewer messages are quicker one by one. */
const WORTH_A_COPY = { ascii: 12, binary: 4 };
/** A transferred buffer costs as much as so many messages. */
const WORTH_A_PACK = { ascii: 32, binary: 4 };
/** The longest string of V8, in characters, each of which is a byte or more. */
const LONGEST_TEXT = 2 ** 29 - 24;

/** The inbound side of one connection. */
export class Inbound implements ProtocolListener {
  readonly #events: InboundEvents;
  readonly #maxMessageSize: number;
  #chunk: Uint8Array | undefined;
  /** Start and end of short messages of the chunk, all of one kind, which wait. */
  #short: number[] = [];
  #kind: Pack["kind"] = "ascii";

  /**
   * Makes an inbound side.
   *
   * @param maxMessageSize The limit of the protocol, in bytes.
   */
  constructor(events: InboundEvents, maxMessageSize: number) {
    this.#events = events;
    this.#maxMessageSize = maxMessageSize;
  }

  /** Says what the protocol receives now. */
  start(chunk: Uint8Array): void {
    this.#chunk = chunk;
  }

  /** Says that the protocol has received it. */
  finish(): void {
    this.#flush();
    this.#chunk = undefined;
  }

  /** A message is complete. */
  message(
    kind: MessageKind,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isPart = bytes === this.#chunk;
    if (isPart && kind !== "text" && end - start <= PACKED_UP_TO) {
      if (kind !== this.#kind) this.#flush();
      this.#kind = kind;
      this.#short.push(start, end);
      return;
    }
    this.#flush();
    this.#passOn(kind, bytes, start, end);
  }

  /** A pong arrived. */
  pong(payload: Uint8Array): void {
    this.#flush();
    this.#events.answered(decodeText(payload, 0, payload.length));
  }

  /** The server's close frame arrived. */
  close(closeCode: number, reason: string): void {
    this.#flush();
    const info = { closeCode, reason, wasClean: true };
    this.#events.concluded(info, undefined);
  }

  /** The server broke the protocol. */
  fault(fault: ProtocolFault): void {
    this.#flush();
    this.#events.concluded(LOST, this.#failureOf(fault));
  }

  /** Short messages of one chunk go on together, which is quicker. */
  #flush(): void {
    const bounds = this.#short;
    if (bounds.length === 0) return;
    this.#short = [];
    if (bounds.length < WORTH_A_COPY[this.#kind] * 2) {
      for (let index = 0; index < bounds.length; index += 2) {
        const [start, end] = [bounds[index]!, bounds[index + 1]!];
        this.#passOn(this.#kind, this.#chunk!, start, end);
      }
      return;
    }
    for (const pack of packsOf(this.#kind, this.#chunk!, bounds)) {
      const isWorth = pack.count >= WORTH_A_PACK[pack.kind];
      if (isWorth && this.#events.takesPacks) this.#events.packed(pack);
      else this.#unpack(pack);
    }
  }

  #passOn(
    kind: MessageKind,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isPart = bytes === this.#chunk;
    const data = kind === "binary"
      ? ownBuffer(isPart ? bytes.slice(start, end) : bytes)
      : textOf(bytes, start, end);
    if (data !== undefined) return this.#events.received(data, end - start);
    const failure = { type: "too-big", limit: LONGEST_TEXT } as const;
    this.#events.concluded(LOST, failure);
  }

  #unpack(pack: Pack): void {
    const reader = new PackReader(pack);
    for (let run = reader.read(); run.length > 0; run = reader.read()) {
      for (const data of run) this.#events.received(data, sizeOfShort(data));
    }
  }

  #failureOf({ closeCode, detail, offset, size }: ProtocolFault): Failure {
    if (closeCode === 1009) {
      const limit = this.#maxMessageSize;
      return {
        type: "too-big",
        limit,
        offset,
        ...size !== undefined && { size },
      };
    }
    const place = `at byte ${offset} after the handshake`;
    return { type: "protocol", closeCode, detail: `${detail}, ${place}` };
  }
}

/** `undefined` for a text, which is valid, that no string can hold. */
function textOf(
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  try {
    return decodeText(bytes, start, end);
  } catch {
    return undefined;
  }
}

/** A short text is ASCII. */
function sizeOfShort(data: Data): number {
  return typeof data === "string" ? data.length : data.byteLength;
}

/** A message of the protocol's own fills its buffer. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer as ArrayBuffer;
}
