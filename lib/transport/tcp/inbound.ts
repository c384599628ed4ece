/**
 * From what a protocol receives to messages that can cross to another thread.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Data } from "../../queue/data.ts";
import { type CloseInfo, LOST } from "../../rfc6455/close.ts";
import type { ProtocolFault } from "../../rfc6455/fault.ts";
import type { MessageKind } from "../../rfc6455/message_assembler.ts";
import type { ProtocolListener } from "../../rfc6455/protocol.ts";
import { decodeAscii, decodeText } from "../../rfc6455/text_decoder.ts";

/** What comes in, in its order. */
export interface InboundEvents {
  /** A message. */
  received(data: Data, bytes: number): void;
  /** A pong. */
  answered(payload: string): void;
  /** A close frame, or a fault of the server. Nothing follows. */
  concluded(info: CloseInfo, failure: Failure | undefined): void;
}

/** The inbound side of one connection. */
export class Inbound implements ProtocolListener {
  readonly #events: InboundEvents;
  readonly #maxMessageSize: number;
  #chunk: Uint8Array | undefined;
  /** Start and end of the ASCII messages of the chunk that wait for their decoding. */
  #ascii: number[] = [];

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
    if (kind === "ascii" && isPart) {
      this.#ascii.push(start, end);
      return;
    }
    this.#flush();
    const data = kind === "binary"
      ? ownBuffer(isPart ? bytes.slice(start, end) : bytes)
      : decodeText(bytes, start, end);
    this.#events.received(data, end - start);
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

  /** Short texts of one chunk are decoded together, which is quicker. */
  #flush(): void {
    const bounds = this.#ascii;
    if (bounds.length === 0) return;
    this.#ascii = [];
    const texts = decodeAscii(this.#chunk!, bounds);
    for (const text of texts) this.#events.received(text, text.length);
  }

  #failureOf({ closeCode, detail, offset }: ProtocolFault): Failure {
    if (closeCode === 1009) {
      return { type: "too-big", limit: this.#maxMessageSize };
    }
    const place = `at byte ${offset} after the handshake`;
    return { type: "protocol", closeCode, detail: `${detail}, ${place}` };
  }
}

/** A message of the protocol's own fills its buffer. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer as ArrayBuffer;
}
