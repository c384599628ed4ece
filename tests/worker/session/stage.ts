/** A session over transports whose events are fired by tests. */

import type { Notice } from "../../../lib/boundary/protocol.ts";
import type {
  SessionRemains,
  SessionSetup,
} from "../../../lib/boundary/session.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import type {
  Opened,
  Transport,
  TransportListener,
} from "../../../lib/transport/transport.ts";
import { Session } from "../../../lib/worker/session/session.ts";
import { sessionKind } from "../../../lib/worker/session/session_transport.ts";
import { payloadsIn } from "../../session/wire/packed.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import {
  type FakeTransport,
  FakeTransports,
} from "../../transport/fake_transport.ts";

export const SETUP: SessionSetup = {
  window: { messages: 8, bytes: 1_000 },
  required: true,
  ack: "consumed",
  onLost: "continue",
  onUnknown: "drop",
};

export const NOTHING: SessionRemains = {
  instance: "i",
  marks: [],
  arrived: 0,
  consumed: 0,
  sizes: [],
  unaccepted: [],
};

export const OPENED = {
  op: "opened",
  session: "s",
  token: "t1",
  gen: "g1",
  window: [4, 1_000],
  protocol: "chat",
  ttl: 120_000,
  maxMessage: 100,
} as const;

export const RESUMED = {
  op: "resumed",
  token: "t2",
  got: 0,
  at: 0,
  last: 0,
  gen: "g1",
  uncertain: 0,
  orphans: 0,
  forgotten: 0,
  window: [4, 1_000],
  maxMessage: 100,
} as const;

/** A session, what it reports, and what it asks for. */
export class Stage {
  readonly log: string[] = [];
  readonly notices: Notice[] = [];
  readonly clock = new ManualClock();
  readonly transports: FakeTransports;
  readonly session: Session;
  /** What the last handshake agreed on. */
  opened: Opened | undefined;
  readonly #packs: "taken" | "refused";
  #after: number;
  #transport: Transport | undefined;

  constructor(
    setup: Partial<SessionSetup> = {},
    { remains = NOTHING, pings = true, packs = "taken" }: {
      readonly remains?: SessionRemains;
      readonly pings?: boolean;
      readonly packs?: "taken" | "refused";
    } = {},
  ) {
    this.#packs = packs;
    const { log, notices } = this;
    const after = () => this.#after;
    this.#after = remains.arrived;
    this.transports = new FakeTransports({ pings });
    this.session = new Session({
      id: 1,
      setup: { ...SETUP, ...setup },
      protocols: ["chat"],
      maxMessage: Infinity,
      remains,
      notices: {
        get after() {
          return after();
        },
        push: (notice) => void notices.push(notice),
        taken: (upTo) => void log.push(`taken ${upTo}`),
      },
      logger: {
        log: (level, message, { error } = {}) =>
          void log.push(`${level} ${message}: ${error}`),
      },
      clock: this.clock,
      listener: {
        answerBy: Infinity,
        changed: () => {},
        unanswered: () => void log.push("unanswered"),
        failed: (failure) => void log.push(`failed ${detailOf(failure)}`),
        moved: () => void log.push("moved"),
        lost: (why) => void log.push(`lost ${why}`),
      },
    });
  }

  /** Dials; the fake is what the session's transport is over. */
  dial(auth?: string): FakeTransport {
    const kind = sessionKind(this.transports, this.session, {
      auth,
      maxMessage: 1_000,
    });
    const listener: TransportListener = {
      open: (opened) => {
        this.opened = opened;
        this.log.push(`open ${opened.protocol}`);
      },
      message: (data) => {
        this.#after += 1;
        this.log.push(`message ${data}`);
      },
      takesPacks: this.#packs === "taken",
      pack: (pack) => {
        this.#after += pack.count;
        this.log.push(`pack ${payloadsIn(pack).join(" ")}, ${pack.bytes} B`);
      },
      pong: (payload) => void this.log.push(`pong ${payload}`),
      writable: () => void this.log.push("writable"),
      end: ({ closeCode }, failure) =>
        void this.log.push(`end ${closeCode} ${failure?.type ?? ""}`.trim()),
    };
    const target = { url: "ws://h/", protocols: ["chat"], headers: {} };
    const limits = { maxMessageSize: 1_000 };
    this.#transport = kind.connect(target, limits, listener);
    return this.transports.made.at(-1)!;
  }

  /** Dials and has the server answer. */
  open(
    answer: Parameters<typeof encodeControl>[0] = OPENED,
    auth?: string,
  ): FakeTransport {
    const fake = this.dial(auth);
    fake.opens(SUBPROTOCOL);
    fake.receives(encodeControl(answer));
    this.session.confirmed(this.kept);
    return fake;
  }

  /** The number of what was to be kept last. */
  get kept(): number {
    const kept = this.notices.findLast(({ type }) => type === "kept");
    return kept?.type === "kept" ? kept.number : 0;
  }

  /** What the driver has. */
  get transport(): Transport {
    return this.#transport!;
  }

  /** What has happened since the last call. */
  take(): readonly string[] {
    return this.log.splice(0);
  }

  /** What was posted since the last call. */
  posted(): readonly Notice[] {
    return this.notices.splice(0);
  }
}

export const SUBPROTOCOL = "holdfast.session.v1";

/** The frames that a transport was given, without its first. */
export function framesOf(fake: FakeTransport): readonly unknown[] {
  return fake.sent.slice(1);
}

function detailOf(failure: Failure): string {
  return "detail" in failure ? `${failure.detail}` : failure.type;
}
