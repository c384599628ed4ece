/**
 * Notices of a store to the nodes of its own process.
 *
 * @module
 */

import { readStep, type SessionRecord } from "../../session/store/record.ts";
import type {
  AppendAnswer,
  AttachAnswer,
  AttachClaim,
  EndAnswer,
  EndCondition,
  Stored,
  StoreNotice,
} from "../../session/store/store.ts";

/** A notice, and the node that it is for. */
export interface AddressedNotice {
  readonly node: string;
  readonly notice: StoreNotice;
}

/** Larger batches are read from the store, as far as the client grants. */
const MAX_INLINE_BYTES = 65_536;

/** Whom to notify after an append. */
export function noticeOfAppend(
  after: SessionRecord,
  answer: AppendAnswer,
): AddressedNotice | undefined {
  if (answer.kind !== "appended" || answer.node === undefined) return undefined;
  const { session } = after;
  const { first, last, node } = answer;
  const stored = readStep(after, first - 1, last - first + 1);
  let size = 0;
  for (const { bytes } of stored) size += bytes;
  const messages = size > MAX_INLINE_BYTES ? [] : stored;
  return { node, notice: { type: "appended", session, last, messages } };
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

/** A notice that waits for the end of the step. */
interface WaitingNotice {
  readonly node: string;
  notice: StoreNotice;
  /** Its messages, to which those of later steps are added. */
  readonly messages: Stored[];
}

/** The nodes of this process that receive notices. */
export class NodeListeners {
  readonly #listeners = new Map<string, Set<Listener>>();
  #waiting: WaitingNotice[] = [];
  /** The latest of each session that is among them. */
  readonly #latest = new Map<string, WaitingNotice>();

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
   * what led to it. What the steps of one turn append to a session is one notice.
   */
  deliver(addressed: AddressedNotice | undefined): void {
    if (addressed === undefined) return;
    const { node, notice } = addressed;
    const latest = this.#latest.get(notice.session);
    if (latest !== undefined && joins(latest, addressed)) return;
    if (this.#waiting.length === 0) queueMicrotask(() => this.#deliverAll());
    const messages = notice.type === "appended" ? [...notice.messages] : [];
    const waiting = { node, notice, messages };
    this.#waiting.push(waiting);
    this.#latest.set(notice.session, waiting);
  }

  #deliverAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#latest.clear();
    for (const { node, notice } of waiting) {
      for (const listener of this.#listeners.get(node) ?? []) listener(notice);
    }
  }
}

/** Joins an append to the one before, if nothing came in between. */
function joins(
  latest: WaitingNotice,
  { node, notice }: AddressedNotice,
): boolean {
  const isMore = latest.notice.type === "appended" &&
    notice.type === "appended" && latest.node === node;
  if (!isMore) return false;
  const { messages } = latest;
  for (const message of notice.messages) messages.push(message);
  latest.notice = { ...notice, messages };
  return true;
}
