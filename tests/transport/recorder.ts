import { assert, assertEquals } from "@std/assert";
import type { CloseInfo } from "../../lib/rfc6455/close.ts";
import type { Data } from "../../lib/queue/data.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import type {
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../../lib/transport/transport.ts";

/** One call of a listener. */
export type Call =
  | {
    readonly type: "open";
    readonly protocol: string;
    readonly extensions: string;
  }
  | { readonly type: "message"; readonly data: Data; readonly bytes: number }
  | { readonly type: "pong"; readonly payload: string }
  | { readonly type: "writable" }
  | {
    readonly type: "end";
    readonly info: CloseInfo;
    readonly failure: Failure | undefined;
  };

/** Connects, records the calls of the transport, and checks its promises. */
export class Recorder implements TransportListener {
  readonly transport: Transport;
  readonly #calls: Call[] = [];
  #arrived = Promise.withResolvers<void>();
  #state: "listening" | "over" = "listening";
  #inside: "method" | "event" = "method";

  constructor(
    kind: TransportKind,
    url: string,
    { maxMessageSize = 16 * 1024 * 1024, ...target }:
      & Partial<Target>
      & { readonly maxMessageSize?: number } = {},
  ) {
    this.transport = this.do(() =>
      kind.connect(
        { url, protocols: [], headers: {}, ...target },
        { maxMessageSize },
        this,
      )
    );
  }

  /** Calls a method of the transport, during which it must not call its listener. */
  do<T>(call: () => T): T {
    this.#inside = "method";
    try {
      return call();
    } finally {
      this.#inside = "event";
    }
  }

  /** Drops the connection, after which the transport must not call its listener. */
  terminate(): void {
    this.#state = "over";
    this.do(() => this.transport.terminate());
  }

  open(
    opened: { readonly protocol: string; readonly extensions: string },
  ): void {
    this.#note({ type: "open", ...opened });
  }

  message(data: Data, bytes: number): void {
    this.#note({ type: "message", data, bytes });
  }

  pong(payload: string): void {
    this.#note({ type: "pong", payload });
  }

  writable(): void {
    this.#note({ type: "writable" });
  }

  end(info: CloseInfo, failure: Failure | undefined): void {
    this.#note({ type: "end", info, failure });
    this.#state = "over";
  }

  /** Waits for the next call, which must be of this type; skips `writable`. */
  async next<T extends Call["type"]>(
    type: T,
  ): Promise<Extract<Call, { readonly type: T }>> {
    const call = await this.#shift();
    if (isOfType(call, type)) return call;
    assertEquals(call.type, "writable", JSON.stringify(call));
    return this.next(type);
  }

  /** Skips to the end. */
  async ended(): Promise<Extract<Call, { readonly type: "end" }>> {
    for (;;) {
      const call = await this.#shift();
      if (call.type === "end") return call;
    }
  }

  async #shift(): Promise<Call> {
    for (;;) {
      const call = this.#calls.shift();
      if (call !== undefined) return call;
      await this.#arrived.promise;
    }
  }

  #note(call: Call): void {
    assertEquals(this.#state, "listening", `${call.type} after the end`);
    assertEquals(this.#inside, "event", `${call.type} within a method`);
    assert(this.transport !== undefined);
    this.#calls.push(call);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

function isOfType<T extends Call["type"]>(
  call: Call,
  type: T,
): call is Extract<Call, { readonly type: T }> {
  return call.type === type;
}
