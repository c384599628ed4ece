/** A socket with a session, whose server is played by the test. */

import type { Frame } from "../../lib/messages/mod.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Behaves as a ReconnectingWebSocket with the option `session`. */
export class FakeSessionSocket extends FakeSocket {
  session: object | undefined;
  /** How long each message may wait, if its write said so. */
  readonly ttls: (number | undefined)[] = [];
  readonly #writes: PromiseWithResolvers<void>[] = [];

  write(
    data: Frame,
    { ttl }: { readonly signal: AbortSignal; readonly ttl?: number },
  ): Promise<void> {
    this.sent.push(data);
    this.ttls.push(ttl);
    const write = Promise.withResolvers<void>();
    this.#writes.push(write);
    return write.promise;
  }

  /** A connection is open, and took the session up like this. */
  opens(kind: "opened" | "resumed" | "lost"): void {
    this.readyState = 1;
    this.session = {};
    const event = Object.assign(new Event("open"), { session: { kind } });
    this.dispatchEvent(event);
  }

  /** A connection is lost. */
  cuts(): void {
    this.readyState = 0;
    this.dispatchEvent(new Event("disconnect"));
  }

  /** The server accepts the oldest message that it has not. */
  accepts(): void {
    this.#writes.shift()?.resolve();
  }

  /** The oldest message that is not accepted is lost with its session. */
  drops(): void {
    this.#writes.shift()?.reject(new Error("Message lost with its session"));
  }
}
