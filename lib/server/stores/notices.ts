/**
 * Notices of a store to the nodes of its own process.
 *
 * @module
 */

import { type Payload, payloadBytes } from "../../session/wire/payload.ts";
import type { SessionRecord } from "../../session/store/record.ts";
import type {
  AppendAnswer,
  AttachAnswer,
  AttachClaim,
  EndAnswer,
  EndCondition,
  StoreNotice,
} from "../../session/store/store.ts";

/** A notice, and the node that it is for. */
export interface AddressedNotice {
  readonly node: string;
  readonly notice: StoreNotice;
}

/** Larger batches are read from the store, as far as the client grants. */
const MAX_INLINE_BYTES = 16_384;

/** Whom to notify after an append. */
export function noticeOfAppend(
  session: string,
  messages: readonly Payload[],
  answer: AppendAnswer,
): AddressedNotice | undefined {
  if (answer.kind !== "appended" || answer.node === undefined) return undefined;
  const { first, last, node } = answer;
  const stored = messages.map((data, index) => ({
    seq: first + index,
    data,
    bytes: payloadBytes(data),
  }));
  const size = stored.reduce((sum, { bytes }) => sum + bytes, 0);
  const inline = size > MAX_INLINE_BYTES ? [] : stored;
  return {
    node,
    notice: { type: "appended", session, last, messages: inline },
  };
}

/** Whom to notify after an attachment, or after one that has to wait. */
export function noticeOfAttach(
  before: SessionRecord,
  { session }: AttachClaim,
  answer: AttachAnswer,
): AddressedNotice | undefined {
  const { node, fence } = before;
  if (node === undefined || answer.kind === "refused") return undefined;
  return {
    node,
    notice: answer.kind === "busy"
      ? { type: "wanted", session, fence }
      : { type: "fenced", session, fence, why: "taken" },
  };
}

/** Whom to notify after an end. The holder of the lease knows it by the answer. */
export function noticeOfEnd(
  before: SessionRecord,
  condition: EndCondition,
  answer: EndAnswer,
): AddressedNotice | undefined {
  if (answer.kind !== "ended" || answer.node === undefined) return undefined;
  if (condition.kind === "lease") return undefined;
  const { session, fence } = before;
  return {
    node: answer.node,
    notice: { type: "fenced", session, fence, why: "ended" },
  };
}

type Listener = (notice: StoreNotice) => void;

/** The nodes of this process that hear notices. */
export class NodeListeners {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Adds a listener until it is disposed. */
  add(node: string, listener: Listener): AsyncDisposable {
    const own: Listener = (notice) => listener(notice);
    const all = this.#listeners.get(node) ?? new Set();
    this.#listeners.set(node, all.add(own));
    return {
      [Symbol.asyncDispose]: () => {
        all.delete(own);
        if (all.size === 0) this.#listeners.delete(node);
        return Promise.resolve();
      },
    };
  }

  /** Removes all listeners. */
  clear(): void {
    for (const all of this.#listeners.values()) all.clear();
    this.#listeners.clear();
  }

  /**
   * Delivers a notice after the step: a node may be in the middle of performing
   * what led to it.
   */
  deliver(addressed: AddressedNotice | undefined): void {
    if (addressed === undefined) return;
    const { node, notice } = addressed;
    queueMicrotask(() => {
      for (const listener of this.#listeners.get(node) ?? []) listener(notice);
    });
  }
}
