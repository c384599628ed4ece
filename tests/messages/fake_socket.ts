/** Sockets without a network, for tests of what stands above them. */

import type { Frame, MessageSocket } from "../../lib/messages/mod.ts";

/** Behaves as the platform's WebSocket does. */
export class FakeSocket extends EventTarget implements MessageSocket {
  /** What was sent, in order, with `"open"` at the start of each connection. */
  readonly sent: Frame[] = [];
  readyState = 0;

  send(data: Frame): void {
    if (this.readyState === 0) throw new DOMException("", "InvalidStateError");
    this.sent.push(data);
  }

  open(): void {
    this.readyState = 1;
    this.sent.push("open");
    this.dispatchEvent(new Event("open"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  receiveJson(value: unknown): void {
    this.receive(JSON.stringify(value));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  /** The messages that were sent, decoded. */
  get messages(): readonly Record<string, unknown>[] {
    return this.sent.filter((frame) => frame !== "open").map((frame) =>
      JSON.parse(String(frame))
    );
  }
}

interface Waiting {
  readonly data: Frame;
  readonly written: () => void;
}

/** Behaves as a ReconnectingWebSocket whose worker is ahead of its events. */
export class FakeReconnectingSocket extends FakeSocket {
  readonly #waiting = new Set<Waiting>();
  #network: "up" | "down" = "down";

  override send(data: Frame): void {
    void this.write(data);
  }

  write(
    data: Frame,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { data, written: resolve };
    this.#waiting.add(waiting);
    signal?.addEventListener("abort", () => {
      if (this.#waiting.delete(waiting)) reject(signal.reason);
    });
    this.#flush();
    return promise;
  }

  /** A connection is there; the event comes later. */
  connect(): void {
    this.sent.push("open");
    this.#network = "up";
    this.#flush();
  }

  fireOpen(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  override open(): void {
    this.connect();
    this.fireOpen();
  }

  /** The connection is gone; the event comes later. */
  cut(): void {
    this.#network = "down";
  }

  fireDisconnect(): void {
    this.readyState = 0;
    const error = new Error("Cable cut");
    this.dispatchEvent(
      Object.assign(new Event("disconnect"), { error }),
    );
  }

  disconnect(): void {
    this.cut();
    this.fireDisconnect();
  }

  #flush(): void {
    if (this.#network === "down") return;
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      this.sent.push(waiting.data);
      waiting.written();
    }
  }
}
