/**
 * One connection of a session, which the connection's driver takes for a
 * transport: it is open when the session is.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { type Data, sizeOf } from "../../queue/data.ts";
import type { Pack } from "../../queue/pack.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import { decodeFrame } from "../../session/wire/frame.ts";
import {
  MAX_CONTROL,
  MAX_HEADER,
  SUBPROTOCOL,
} from "../../session/wire/limits.ts";
import type { DataRun } from "../../session/wire/run.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import type {
  Opened,
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../../transport/transport.ts";
import { packModule } from "./load_packs.ts";
import type { Carrier } from "./session_parts.ts";
import { toPayload } from "./payloads.ts";
import type { Session } from "./session.ts";

/** What an attempt gives to its connection. */
export interface SessionAttempt {
  /** The application's token, where it goes into the session. */
  readonly auth: string | undefined;
  /** The largest message that is taken, in bytes. */
  readonly maxMessage: number;
}

/** A kind of transport whose connections carry this session. */
export function sessionKind(
  kind: TransportKind,
  session: Session,
  attempt: SessionAttempt,
): TransportKind {
  return {
    ...kind,
    // Where there are no ping frames, the protocol has its own.
    pings: true,
    finalCloseCodes: [SESSION_CLOSE.stale, SESSION_CLOSE.tooLarge],
    connect: (target, limits, listener) => {
      const transport = new SessionTransport(session, listener, {
        ...attempt,
        pings: kind.pings,
      });
      const { maxMessageSize } = limits;
      transport.connect(
        kind.connect(
          { ...target, protocols: offered(target, session) },
          {
            maxMessageSize: Math.max(maxMessageSize, MAX_CONTROL) + MAX_HEADER,
          },
          transport,
        ),
      );
      return transport;
    },
  };
}

/** The application's subprotocols travel in the session, unless there may be none. */
function offered({ protocols }: Target, session: Session): readonly string[] {
  return session.mayDoWithout ? [SUBPROTOCOL, ...protocols] : [SUBPROTOCOL];
}

/**
 * - `opening`: the session is not there yet.
 * - `attached`: the session is there.
 * - `without`: the server has no sessions.
 * - `left`: we are closing it, and only its end matters.
 */
type Phase = "opening" | "attached" | "without" | "left";

/** A transport over another one. */
export class SessionTransport implements Carrier, Transport, TransportListener {
  /** The number of this connection in its session. */
  readonly connection: number;
  readonly #session: Session;
  readonly #listener: TransportListener;
  readonly #attempt: SessionAttempt & { readonly pings: boolean };
  #inner!: Transport;
  #phase: Phase = "opening";
  #extensions = "";
  /** What the payload of a ping begins with. */
  #pingPrefix = "";
  /** Whether the driver waits for `writable()`. */
  #flow: "free" | "held" = "free";

  /** Makes a transport that is not connected. */
  constructor(
    session: Session,
    listener: TransportListener,
    attempt: SessionAttempt & { readonly pings: boolean },
  ) {
    this.connection = session.nextConnection();
    this.#session = session;
    this.#listener = listener;
    this.#attempt = attempt;
  }

  /** Takes the transport that it is over. */
  connect(inner: Transport): void {
    this.#inner = inner;
  }

  // What follows is for the driver.

  get isOpen(): boolean {
    return this.#phase !== "left" && this.#inner.isOpen;
  }

  /** In a session nothing is lost: what is not accepted is sent again. */
  get unwritten(): number | undefined {
    return this.#phase === "without" ? this.#inner.unwritten : undefined;
  }

  get taken(): "handed" | "accepted" {
    return this.#phase === "without" ? "handed" : "accepted";
  }

  get progress(): number {
    return this.#inner.progress;
  }

  get bufferedAmount(): number {
    return this.#inner.bufferedAmount;
  }

  send(data: Data, message = 0): boolean {
    if (this.#phase === "without") return this.#inner.send(data);
    const mayContinue = this.#session.send(message, data);
    this.#flow = mayContinue ? "free" : "held";
    return mayContinue;
  }

  ping(payload: string): void {
    if (this.#attempt.pings) return this.#inner.ping(payload);
    const [prefix = "", n] = payload.split(".");
    this.#pingPrefix = prefix;
    this.#session.ping(Number(n));
  }

  close(closeCode: number | undefined, reason: string): void {
    if (this.#phase === "without") return this.#inner.close(closeCode, reason);
    if (this.#phase === "left") return;
    this.leave(this.#session.prepareClose(closeCode), reason);
    this.#session.disconnected(this.connection);
  }

  terminate(): void {
    this.#phase = "left";
    this.#inner.terminate();
    this.#session.disconnected(this.connection);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  // What follows is for the session.

  attached(protocol: string): void {
    this.#phase = "attached";
    this.#listener.open({ protocol, extensions: this.#extensions });
  }

  transmit(data: Data): boolean {
    return this.#inner.send(data);
  }

  deliver(data: Data, bytes: number): void {
    this.#listener.message(data, bytes);
  }

  deliverRun(run: DataRun): void {
    this.#listener.pack?.(packModule()!.payloadsOf(run));
  }

  answered(n: number): void {
    this.#listener.pong(`${this.#pingPrefix}.${n}`);
  }

  continueIf(may: boolean): void {
    if (!may || this.#flow === "free") return;
    this.#flow = "free";
    this.#listener.writable();
  }

  leave(closeCode: number | undefined, reason: string): void {
    this.#phase = "left";
    this.#inner.close(closeCode, reason);
  }

  // What follows is for the transport that it is over.

  open(opened: Opened): void {
    this.#extensions = opened.extensions;
    if (opened.protocol === SUBPROTOCOL) {
      return this.#session.connected(this, this.#attempt.auth);
    }
    if (this.#session.mayDoWithout) {
      this.#phase = "without";
      this.#session.connectedWithout();
      return this.#listener.open({ ...opened, pings: this.#attempt.pings });
    }
    this.#refuse();
  }

  message(data: Data, bytes = sizeOf(data)): void {
    if (this.#phase === "left") return;
    if (this.#phase === "without") return this.#listener.message(data, bytes);
    const frame = decodeFrame(toPayload(data), this.#attempt.maxMessage);
    const { connection } = this;
    this.#session.received({ type: "received", connection, frame });
  }

  get takesPacks(): boolean {
    const { takesPacks = false } = this.#listener;
    const isWithout = this.#phase === "without";
    return takesPacks && (isWithout || packModule() !== undefined);
  }

  pack(pack: Pack): void {
    if (this.#phase === "left") return;
    if (this.#phase === "without") return this.#listener.pack?.(pack);
    const { PackReader, readRun } = packModule()!;
    const run = readRun(pack, this.#attempt.maxMessage);
    if (run !== undefined && this.#session.takesRun(run)) {
      const { connection } = this;
      return this.#session.received({
        type: "received",
        connection,
        frame: run,
      });
    }
    const reader = new PackReader(pack);
    for (let some = reader.read(); some.length > 0; some = reader.read()) {
      for (const data of some) this.message(data);
    }
  }

  pong(payload: string): void {
    this.#listener.pong(payload);
  }

  writable(): void {
    if (this.#phase === "without") this.#listener.writable();
    else this.#session.writable();
  }

  end(info: CloseInfo, failure: Failure | undefined): void {
    if (this.#phase !== "without") this.#phase = "left";
    this.#session.disconnected(this.connection);
    this.#listener.end(info, failure);
  }

  #refuse(): void {
    this.#phase = "left";
    this.#inner.terminate();
    this.#listener.end(
      { closeCode: 1006, reason: "", wasClean: false },
      {
        type: "protocol",
        closeCode: 1002,
        detail: `The server did not select the subprotocol ${SUBPROTOCOL}`,
      },
    );
  }
}
