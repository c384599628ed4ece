/**
 * Messages that are sent to a session in one turn: the store keeps all of them
 * in one step.
 *
 * They keep the order of their calls. If the store has no room for several
 * messages, it is asked again with those that fit. So nothing follows a step of
 * several messages before its answer. A step of one message need not be waited
 * for.
 *
 * @module
 */

import type {
  AppendAnswer,
  Appended,
  BufferBounds,
  Full,
  Gone,
  SessionStore,
  TooLarge,
} from "../session/store/store.ts";
import { type Payload, payloadBytes } from "../session/wire/payload.ts";

type Refusal = Exclude<AppendAnswer, Appended>;

/** A message, and the promise of its `send()`. */
interface Send {
  readonly data: Payload;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A message that the store has refused. */
interface RefusedSend {
  readonly send: Send;
  readonly answer: Refusal;
}

/** The store of the batches, and what is called with its answers. */
export interface SendBatchesParts {
  readonly store: Pick<SessionStore, "append">;
  readonly bounds: BufferBounds;
  /** So many messages of a session are stored. */
  readonly onStored: (session: string, answer: Appended, count: number) => void;
  /** So many are refused. If it throws, their promises reject with that. */
  readonly onRefused: (
    session: string,
    answer: Refusal,
    count: number,
  ) => void | Promise<void>;
  /** Makes the error of a message that was refused. */
  readonly errorOf: (answer: Refusal) => Error;
}

/** The most that a store has to write at a time. */
const MAX_MESSAGES = 512;
const MAX_BYTES = 1_048_576;
/** A unit of UTF-16 takes no more than this in UTF-8. */
const BYTES_PER_UNIT = 3;

/** What one step of the store keeps. */
class Batch {
  readonly sends: Send[] = [];
  /** An upper bound of its bytes: only the store counts them exactly. */
  #bytes = 0;
  #settled: PromiseWithResolvers<void> | undefined;

  /** Adds a message, unless that may be more than the bounds allow. */
  add(send: Send, { maxMessages, maxBytes }: BufferBounds): boolean {
    const bytes = this.#bytes + send.data.length * BYTES_PER_UNIT;
    const isFull = this.sends.length >= Math.min(MAX_MESSAGES, maxMessages) ||
      bytes > Math.min(MAX_BYTES, maxBytes);
    if (isFull && this.sends.length > 0) return false;
    this.#bytes = bytes;
    this.sends.push(send);
    return true;
  }

  /** Resolves when all later requests to the store follow this batch. */
  get settled(): Promise<void> {
    return (this.#settled ??= Promise.withResolvers<void>()).promise;
  }

  settle(): void {
    this.#settled?.resolve();
  }
}

/** What is sent to one session and not stored. */
interface Outgoing {
  readonly session: string;
  /** In their order; messages are added to the last one. */
  readonly waiting: Batch[];
  /** The store has it, and nothing may follow it yet. */
  running: Batch | undefined;
}

/** What is sent to the sessions of a store. */
export class SendBatches {
  readonly #parts: SendBatchesParts;
  readonly #sessions = new Map<string, Outgoing>();
  /** Those that have messages of this turn. */
  #gathering: Outgoing[] = [];

  /** Makes batches for a store. */
  constructor(parts: SendBatchesParts) {
    this.#parts = parts;
  }

  /** How many sessions have messages that wait. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sends a message with those of this turn. Resolves when it is stored. */
  send(session: string, data: Payload): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#gather(session, { data, resolve, reject })
    );
  }

  /**
   * Resolves when a request to the store follows all that was sent to a session
   * before; `undefined` if one does so now.
   */
  settled(session: string): Promise<void> | undefined {
    const outgoing = this.#sessions.get(session);
    if (outgoing === undefined) return undefined;
    this.#advance(outgoing);
    const last = outgoing.waiting.at(-1) ?? outgoing.running;
    return last?.settled;
  }

  /** The same for all sessions. */
  async allSettled(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((id) => this.settled(id)));
  }

  #gather(session: string, send: Send): void {
    const outgoing = this.#sessions.get(session) ?? this.#begin(session);
    const { bounds } = this.#parts;
    if (outgoing.waiting.at(-1)?.add(send, bounds)) return;
    const batch = new Batch();
    batch.add(send, bounds);
    outgoing.waiting.push(batch);
    // Otherwise it is gathered already, or goes when the one before is settled.
    if (outgoing.waiting.length > 1 || outgoing.running !== undefined) return;
    this.#gathering.push(outgoing);
    if (this.#gathering.length === 1) queueMicrotask(() => this.#advanceAll());
  }

  #begin(session: string): Outgoing {
    const outgoing = { session, waiting: [], running: undefined };
    this.#sessions.set(session, outgoing);
    return outgoing;
  }

  #advanceAll(): void {
    const gathering = this.#gathering;
    this.#gathering = [];
    for (const outgoing of gathering) this.#advance(outgoing);
  }

  /** Gives the store what may go. */
  #advance(outgoing: Outgoing): void {
    const { session, waiting } = outgoing;
    while (waiting.length > 0 && outgoing.running === undefined) {
      const batch = waiting.shift()!;
      const { sends } = batch;
      // Set before the store is asked: the store may notify at once, and the
      // notified code may send more.
      if (sends.length > 1) outgoing.running = batch;
      const appended = this.#append(session, sends);
      if (sends.length > 1) this.#await(outgoing, { batch, appended });
      // Later requests to the store follow it anyway.
      else batch.settle();
    }
    if (outgoing.running !== undefined) return;
    // It may have been done before in this turn, and another one has begun.
    const isKnown = this.#sessions.get(session) === outgoing;
    if (isKnown) this.#sessions.delete(session);
  }

  #await(
    outgoing: Outgoing,
    { batch, appended }: {
      readonly batch: Batch;
      readonly appended: Promise<void>;
    },
  ): void {
    appended.then(() => {
      outgoing.running = undefined;
      batch.settle();
      this.#advance(outgoing);
    });
  }

  /** Appends messages, and settles their promises. Never rejects. */
  async #append(session: string, sends: readonly Send[]): Promise<void> {
    const { store, bounds, onStored } = this.#parts;
    let answer: AppendAnswer;
    try {
      answer = await store.append(session, sends.map(dataOf), bounds);
    } catch (error) {
      for (const { reject } of sends) reject(error);
      return;
    }
    if (answer.kind === "appended") {
      onStored(session, answer, sends.length);
      for (const { resolve } of sends) resolve();
    } else if (answer.kind !== "gone" && sends.length > 1) {
      await this.#appendPart(session, sends, answer);
    } else {
      const refusal = answer;
      const refused = sends.map((send) => ({ send, answer: refusal }));
      await this.#refuse(session, refused);
    }
  }

  /** The store does not take all of them together. */
  async #appendPart(
    session: string,
    sends: readonly Send[],
    answer: Exclude<Refusal, Gone>,
  ): Promise<void> {
    const { fitting, refused } = answer.kind === "full"
      ? divide(sends, answer, this.#parts.bounds)
      : divideBySize(sends, answer);
    // All of them seem to fit, but the store refused them: asks with halves.
    const parts = refused.length > 0 ? [fitting] : halves(sends);
    for (const part of parts) {
      if (part.length > 0) await this.#append(session, part);
    }
    if (refused.length > 0) await this.#refuse(session, refused);
  }

  async #refuse(
    session: string,
    refused: readonly RefusedSend[],
  ): Promise<void> {
    const { onRefused, errorOf } = this.#parts;
    const [{ answer }] = refused as readonly [RefusedSend];
    try {
      await onRefused(session, answer, refused.length);
    } catch (error) {
      for (const { send } of refused) send.reject(error);
      return;
    }
    let known:
      | { readonly answer: Refusal; readonly error: Error }
      | undefined;
    for (const { send, answer } of refused) {
      // One error for all with the same answer: making a stack is slow.
      if (known?.answer !== answer) known = { answer, error: errorOf(answer) };
      send.reject(known.error);
    }
  }
}

/** Messages of a batch, some of which the store would keep. */
interface Division {
  readonly fitting: readonly Send[];
  readonly refused: readonly RefusedSend[];
}

/** Which messages the client takes. */
function divideBySize(sends: readonly Send[], answer: TooLarge): Division {
  const isLarge = ({ data }: Send) => payloadBytes(data) > answer.maxMessage;
  return {
    fitting: sends.filter((send) => !isLarge(send)),
    refused: sends.filter(isLarge).map((send) => ({ send, answer })),
  };
}

/** Which messages have room, as if the store were asked for one after the other. */
function divide(
  sends: readonly Send[],
  full: Full,
  { maxMessages, maxBytes, overflow }: BufferBounds,
): Division {
  const fitting: Send[] = [];
  const refused: RefusedSend[] = [];
  if (overflow === "drop-oldest") return { fitting, refused };
  let answer = full;
  for (const send of sends) {
    const messages = answer.messages + 1;
    const bytes = answer.bytes + payloadBytes(send.data);
    if (messages > maxMessages || bytes > maxBytes) {
      refused.push({ send, answer });
    } else {
      fitting.push(send);
      answer = { kind: "full", messages, bytes };
    }
  }
  return { fitting, refused };
}

function halves(sends: readonly Send[]): readonly (readonly Send[])[] {
  const half = Math.ceil(sends.length / 2);
  return [sends.slice(0, half), sends.slice(half)];
}

function dataOf({ data }: Send): Payload {
  return data;
}
