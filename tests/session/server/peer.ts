/** A server's machine for one connection, and what it was asked to do. */

import { assert, assertEquals } from "@std/assert";
import {
  serverDeadline,
  serverTransition,
} from "../../../lib/session/server/server.ts";
import {
  newServer,
  type ServerConfig,
  type ServerEffect,
  type ServerEvent,
  type ServerState,
} from "../../../lib/session/server/state.ts";
import type { Attached, Stored } from "../../../lib/session/store/store.ts";
import {
  encodeControl,
  type KnownControl,
} from "../../../lib/session/wire/control.ts";
import { decodeFrame } from "../../../lib/session/wire/frame.ts";
import type { Resume } from "../../../lib/session/wire/handshake.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";

/** The settings of most tests. */
export const CONFIG: ServerConfig = {
  capacity: { messages: 8, bytes: 1_000 },
  maxMessage: 100,
  ttl: 60_000,
  handshakeTimeout: 10_000,
  takeoverTimeout: 2_000,
  takeoverPoll: 50,
  maxClaim: 2,
  maxQuickClaim: 2,
  reportDelay: 0,
  claimAhead: 0,
  maxAttempts: 3,
  onUncertain: "redeliver",
};

/** The lease of most tests. */
export const LEASE = { session: "s", fence: 2, generation: "g1" };

/** A client's first message for a new session. */
export const OPEN = {
  op: "open",
  attempt: 1,
  instance: "i",
  window: [4, 1_000],
  protocols: [],
  maxMessage: 100,
  ttl: 120_000,
} as const;

/** A client's first message for a session that it had. */
export const RESUME: Resume = {
  ...OPEN,
  op: "resume",
  token: "t1",
  attempt: 2,
  have: [["g1", 0]],
  ack: 0,
  first: 1,
  last: 0,
};

/** The store's answer when nothing has happened. */
export const ATTACHED: Attached = {
  kind: "attached",
  lease: LEASE,
  accepted: 0,
  at: 0,
  trimmed: 0,
  last: 0,
  bytes: 0,
  uncertain: 0,
  orphans: 0,
  forgotten: 0,
  lineage: [{ generation: "g1", first: 1 }],
  meta: "",
  holder: undefined,
};

/** Messages of the log. */
export function stored(...seqs: readonly number[]): readonly Stored[] {
  return seqs.map((seq) => ({ seq, data: `d${seq}`, bytes: 2 }));
}

/** A machine and a clock. */
export class ServerPeer {
  now = 0;
  config = CONFIG;
  state: ServerState = newServer({ config: CONFIG, now: 0 });

  /** When the machine wants the event `due`. */
  get deadline(): number {
    return serverDeadline(this.state);
  }

  /** Tells the machine something, and returns what it asks for. */
  tell(event: ServerEvent): readonly ServerEffect[] {
    const { config, now } = this;
    const step = serverTransition(this.state, event, { config, now });
    this.state = step.state;
    return step.effects;
  }

  /** A frame comes in. */
  hear(frame: Payload): readonly ServerEffect[] {
    const decoded = decodeFrame(frame, this.config.maxMessage);
    return this.tell({ type: "received", frame: decoded });
  }

  /** A control message comes in. */
  hearControl(control: KnownControl): readonly ServerEffect[] {
    return this.hear(encodeControl(control));
  }

  /** The store has done the step. */
  accepted(last = 0): readonly ServerEffect[] {
    const answer = { kind: "accepted", last, bytes: 0 } as const;
    return this.tell({ type: "accepted", answer });
  }

  /** The handler has finished. */
  handled(seq: number, ...replies: readonly Payload[]) {
    return this.tell({ type: "handled", seq, replies });
  }
}

/** A machine with a session that it has opened. */
export function openedPeer(config: Partial<ServerConfig> = {}): ServerPeer {
  const peer = new ServerPeer();
  peer.config = { ...CONFIG, ...config };
  peer.hearControl(OPEN);
  peer.tell({ type: "admitted", principal: "ann" });
  const lease = { ...LEASE, fence: 1 };
  peer.tell({ type: "opened", lease, token: "t1", protocol: "" });
  assertEquals(peer.state.kind, "attached");
  return peer;
}

/** A machine that waits for the store's answer to a resume. */
export function attachingPeer(
  request: Partial<Resume> = {},
  config: Partial<ServerConfig> = {},
): ServerPeer {
  const peer = new ServerPeer();
  peer.config = { ...CONFIG, ...config };
  peer.hearControl({ ...RESUME, ...request });
  const ticket = { session: "s", counter: 4 };
  peer.tell({ type: "admitted", principal: "ann", ticket });
  assertEquals(peer.state.kind, "attaching");
  return peer;
}

/** A machine with a session that it resumed, and the effects of that. */
export function resumedPeer(
  answer: Partial<Attached> = {},
  request: Partial<Resume> = {},
  config: Partial<ServerConfig> = {},
) {
  const peer = attachingPeer(request, config);
  const effects = peer.tell({
    type: "attached",
    answer: { ...ATTACHED, ...answer },
    token: "t2",
  });
  return { peer, effects };
}

/** A machine whose handler has the first message. */
export function runningPeer(config: Partial<ServerConfig> = {}): ServerPeer {
  const peer = openedPeer(config);
  peer.hear("m1|a");
  peer.accepted();
  assert(peer.state.kind === "attached");
  assertEquals(peer.state.running, 1);
  return peer;
}

/** What goes to the client. */
export function framesOf(
  effects: readonly ServerEffect[],
): readonly Payload[] {
  return effects.flatMap((effect) =>
    effect.type === "transmit" ? effect.frames : []
  );
}

/** The effects of one type. */
export function only<T extends ServerEffect["type"]>(
  effects: readonly ServerEffect[],
  type: T,
): readonly Extract<ServerEffect, { type: T }>[] {
  return effects.filter((
    effect,
  ): effect is Extract<ServerEffect, { type: T }> => effect.type === type);
}

/** The types of effects. */
export function typesOf(effects: readonly ServerEffect[]): readonly string[] {
  return effects.map(({ type }) => type);
}

/** The close code that the client gets. */
export function closeCodeOf(effects: readonly ServerEffect[]) {
  return only(effects, "close")[0]?.closeCode;
}
