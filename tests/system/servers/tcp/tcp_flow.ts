/**
 * One direction of a proxied TCP connection: what arrives at one socket leaves by
 * the other, as the conditions of the moment allow.
 *
 * @module
 */

import type { Socket } from "node:net";

/** The most that is held for a slow or blackholed destination, in bytes. */
const HELD_BYTES = 16 * 1024 * 1024;

/** A throttled flow writes this often, in milliseconds. */
const THROTTLE_TICK = 20;

/** What happens to the bytes of one direction; all of its flows share it. */
export interface Conditions {
  isBlackhole: boolean;
  isCloseHeld: boolean;
  /** In milliseconds. */
  delay: number;
  /** `Infinity` for no limit. */
  bytesPerSecond: number;
  /** How many bytes have been passed on, by all flows. */
  passed: number;
  /** Ends the connection when `passed` is `at`. */
  cut?: { readonly at: number; readonly with: "fin" | "rst" };
  /** Inverts the byte that comes when `passed` is `at`. */
  corrupt?: { readonly at: number };
  /** Called after each change that a report would show. */
  readonly noticeChange: () => void;
  /** Called when a single fault has struck. */
  readonly noticeStrike: () => void;
}

/** Something on its way; an end takes its place in the line, behind the bytes. */
type Item =
  | { readonly type: "bytes"; readonly bytes: Uint8Array; readonly at: number }
  | { readonly type: "fin" | "rst"; readonly at: number };

/** Passes on what arrives, in order. */
export class TcpFlow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #conditions: Conditions;
  readonly #items: Item[] = [];
  #heldBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When a throttled flow may write again. */
  #freeAt = 0;
  #isShut = false;

  /**
   * Joins two sockets one way.
   *
   * @param sockets Where it comes from and where it goes; both allow half-open.
   * @param conditions What happens to it on the way.
   */
  constructor(
    { from, to }: { readonly from: Socket; readonly to: Socket },
    conditions: Conditions,
  ) {
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    from.on("data", (chunk) => this.#arrive(chunk));
    from.on("end", () => this.#push({ type: "fin", at: performance.now() }));
    from.on("error", () => this.#push({ type: "rst", at: performance.now() }));
    to.on("drain", () => this.pump());
    to.on("close", () => this.#stop());
  }

  /** Moves on what may move now; to be called after the conditions have changed. */
  pump(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const item = this.#items[0];
      if (!item || this.#isHeld(item)) break;
      const wait = this.#waitFor(item);
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        break;
      }
      if (this.#to.writableNeedDrain) break;
      this.#items.shift();
      this.#forward(item);
    }
    this.#regulate();
  }

  /** Sends FIN now, and drops what still comes. */
  shut(): void {
    this.#isShut = true;
    this.#stop();
    this.#to.end();
  }

  #arrive(chunk: string | Uint8Array): void {
    if (typeof chunk === "string" || this.#to.destroyed) return;
    if (this.#isShut) return;
    this.#heldBytes += chunk.length;
    this.#push({ type: "bytes", bytes: chunk, at: performance.now() });
  }

  #push(item: Item): void {
    if (this.#isShut) return;
    this.#items.push(item);
    this.pump();
  }

  #isHeld({ type }: Item): boolean {
    const { isBlackhole, isCloseHeld } = this.#conditions;
    return isBlackhole || (isCloseHeld && type !== "bytes");
  }

  #waitFor({ at }: Item): number {
    return Math.max(at + this.#conditions.delay, this.#freeAt) -
      performance.now();
  }

  #forward(item: Item): void {
    switch (item.type) {
      case "bytes":
        this.#heldBytes -= item.bytes.length;
        this.#pass(this.#split(item, this.#allowance()));
        return;
      case "fin":
        this.#to.end();
        return;
      case "rst":
        this.#to.resetAndDestroy();
        return;
    }
  }

  /** How many bytes may leave at once. */
  #allowance(): number {
    const { bytesPerSecond, cut, passed } = this.#conditions;
    const quota = Math.ceil(bytesPerSecond * THROTTLE_TICK / 1000);
    return Math.min(quota, cut ? cut.at - passed : Infinity);
  }

  /** Takes the first bytes and puts the rest back. */
  #split(
    item: Item & { readonly type: "bytes" },
    size: number,
  ): Uint8Array {
    if (item.bytes.length <= size) return item.bytes;
    const rest = item.bytes.subarray(size);
    this.#items.unshift({ ...item, bytes: rest });
    this.#heldBytes += rest.length;
    return item.bytes.subarray(0, size);
  }

  #pass(bytes: Uint8Array): void {
    const conditions = this.#conditions;
    const { bytesPerSecond, cut } = conditions;
    this.#freeAt = performance.now() + bytes.length / bytesPerSecond * 1000;
    const data = this.#corrupt(bytes);
    conditions.passed += bytes.length;
    if (cut && conditions.passed >= cut.at) {
      delete conditions.cut;
      this.#isShut = true;
      this.#stop();
      this.#to.write(data, () => this.#cut(cut.with));
      conditions.noticeStrike();
    } else {
      this.#to.write(data);
    }
    conditions.noticeChange();
  }

  #corrupt(bytes: Uint8Array): Uint8Array {
    const { corrupt, passed } = this.#conditions;
    if (!corrupt || corrupt.at >= passed + bytes.length) return bytes;
    delete this.#conditions.corrupt;
    this.#conditions.noticeStrike();
    const index = corrupt.at - passed;
    return bytes.map((byte, at) => at === index ? byte ^ 0xff : byte);
  }

  #cut(how: "fin" | "rst"): void {
    for (const socket of [this.#to, this.#from]) {
      if (how === "rst") socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** Lets TCP push back on the source while too much is held. */
  #regulate(): void {
    if (this.#heldBytes > HELD_BYTES) this.#from.pause();
    else this.#from.resume();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#items.length = 0;
    this.#heldBytes = 0;
  }
}
