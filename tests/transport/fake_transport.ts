/**
 * A transport whose events are fired by tests.
 *
 * @module
 */

import type { CloseInfo } from "../../lib/rfc6455/close.ts";
import type { Data } from "../../lib/queue/data.ts";
import type { Pack } from "../../lib/queue/pack.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import type { TransportName } from "../../lib/connection/config/transports.ts";
import { utf8Length } from "../../lib/queue/data.ts";
import type {
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../../lib/transport/transport.ts";

type Method = "send" | "ping" | "close" | "terminate";

/** A close frame without a code. */
export const NO_CODE: CloseInfo = {
  closeCode: 1005,
  reason: "",
  wasClean: true,
};

/** One connection of {@linkcode FakeTransports}. */
export class FakeTransport implements Transport {
  readonly target: Target;
  readonly sent: Data[] = [];
  readonly pings: string[] = [];
  /** The calls, except `send` and `ping`. */
  readonly calls: string[] = [];
  /** Methods that throw. */
  readonly broken = new Set<Method>();
  /** What `send()` returns. */
  capacity = true;
  isOpen = false;
  unwritten: number | undefined;
  progress = 0;
  bufferedAmount = 0;
  readonly #listener: TransportListener;

  constructor(target: Target, listener: TransportListener) {
    this.target = target;
    this.#listener = listener;
  }

  get isPaused(): boolean {
    return this.calls.findLast((call) => /pause|resume/.test(call)) === "pause";
  }

  send(data: Data): boolean {
    this.#breakAt("send");
    this.sent.push(data);
    return this.capacity;
  }

  ping(payload: string): void {
    this.#breakAt("ping");
    this.pings.push(payload);
  }

  close(closeCode: number | undefined, reason: string): void {
    this.calls.push(`close ${closeCode} ${reason}`.trim());
    this.#breakAt("close");
  }

  terminate(): void {
    this.calls.push("terminate");
    this.#breakAt("terminate");
  }

  pause(): void {
    this.calls.push("pause");
  }

  resume(): void {
    this.calls.push("resume");
  }

  // What follows stands for the network.

  /** The handshake is complete. */
  opens(protocol = "p"): this {
    this.isOpen = true;
    this.#listener.open({ protocol, extensions: "x" });
    return this;
  }

  /** Messages arrive. */
  receives(...messages: Data[]): void {
    for (const data of messages) {
      const bytes = typeof data === "string"
        ? utf8Length(data)
        : data.byteLength;
      this.progress += bytes + 2;
      this.#listener.message(data, bytes);
    }
  }

  /** Messages arrive, in a pack if they may. */
  receivesPack(pack: Pack): void {
    this.progress += pack.bytes + 2 * pack.count;
    if (!this.#listener.takesPacks) throw new Error("Packs are not taken");
    this.#listener.pack!(pack);
  }

  /** Whether messages may arrive in packs. */
  get takesPacks(): boolean {
    return this.#listener.takesPacks ?? false;
  }

  /** A pong arrives. */
  pongs(payload: string): void {
    this.progress += 2;
    this.#listener.pong(payload);
  }

  /** The buffered messages are written. */
  drains(): void {
    this.capacity = true;
    this.#listener.writable();
  }

  /** The peer's close frame arrives; the end is still to come. */
  startsClosing(): void {
    this.isOpen = false;
  }

  /** The connection ends. */
  ends(info: CloseInfo = NO_CODE, failure?: Failure): void {
    this.#listener.end(info, failure);
  }

  #breakAt(method: Method): void {
    if (this.broken.has(method)) throw new Error(`${method}() is broken`);
  }
}

/** A kind of transport, which keeps all transports that it made. */
export class FakeTransports implements TransportKind {
  readonly name: TransportName;
  readonly pings: boolean;
  readonly pauses: boolean;
  readonly output: TransportKind["output"];
  finalCloseCodes: readonly number[] = [];
  readonly made: FakeTransport[] = [];
  /** Thrown by `connect()`. */
  refusal: Error | undefined;
  #waiting: ((transport: FakeTransport) => void)[] = [];

  constructor(abilities: { pings?: boolean; pauses?: boolean } = {}) {
    this.pings = abilities.pings ?? true;
    this.pauses = abilities.pauses ?? true;
    this.name = this.pings ? "ws" : "native";
    this.output = this.pings ? "direct" : "relayed";
  }

  connect(
    target: Target,
    _limits: { readonly maxMessageSize: number },
    listener: TransportListener,
  ): FakeTransport {
    if (this.refusal !== undefined) throw this.refusal;
    const transport = new FakeTransport(target, listener);
    this.made.push(transport);
    this.#waiting.shift()?.(transport);
    return transport;
  }

  /** The next transport that is made. */
  next(): Promise<FakeTransport> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Loads this kind for any name. */
  load = (): Promise<TransportKind> => Promise.resolve(this);
}
