/** A client's machine on a connection, and what it was asked to do. */

import { assert, assertEquals } from "@std/assert";
import { clientTransition } from "../../../lib/session/client/client.ts";
import {
  type ClientConfig,
  type ClientEffect,
  type ClientEvent,
  type ClientRemains,
  type ClientState,
  newClient,
  type Outgoing,
} from "../../../lib/session/client/state.ts";
import {
  encodeControl,
  type KnownControl,
} from "../../../lib/session/wire/control.ts";
import { decodeFrame } from "../../../lib/session/wire/frame.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";
import { type DataRun, readRun } from "../../../lib/session/wire/run.ts";
import { packedFrames } from "../wire/packed.ts";

/** The settings of most tests. */
export const CONFIG: ClientConfig = {
  capacity: { messages: 8, bytes: 1_000 },
  maxMessage: 100,
  ttl: 120_000,
  protocols: ["chat"],
  onLost: "continue",
  onUnknown: "drop",
  answerTimeout: 5_000,
  answerBy: Infinity,
  closeTimeout: 2_000,
};

/** The server's answer to `open`. */
export const OPENED = {
  session: "s",
  token: "t1",
  gen: "g1",
  window: [4, 1_000],
  protocol: "chat",
  ttl: 120_000,
  maxMessage: 100,
} as const;

/** The server's answer to `resume` when nothing has happened. */
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

/** What a worker has left: of messages 1 to 6, the last two are not accepted. */
export const REMAINS: ClientRemains = {
  instance: "i",
  attempt: 3,
  ticket: { session: "s", token: "t3", protocol: "" },
  againTo: 0,
  positions: [["g1", 7]],
  accepted: 4,
  unaccepted: [5, 6].map((id) => message(id)),
  unconsumed: [],
};

/** A message of the application. */
export function message(id: number, data: Payload = `m${id}`): Outgoing {
  return { id, data, bytes: data.length };
}

/** A machine and a clock. */
export class ClientPeer {
  state: ClientState = newClient("i");
  now = 0;
  random = 0;
  config = CONFIG;

  /** Tells the machine something, and returns what it asks for. */
  tell(event: ClientEvent): readonly ClientEffect[] {
    const { config, now, random } = this;
    const step = clientTransition(this.state, event, { config, now, random });
    this.state = step.state;
    return step.effects;
  }

  /** A connection is open. */
  connect(connection = 1, auth?: string): readonly ClientEffect[] {
    const more = auth === undefined ? {} : { auth };
    return this.tell({ type: "connected", connection, ...more });
  }

  /** A frame comes in. */
  hear(frame: Payload, connection = 1): readonly ClientEffect[] {
    const decoded = decodeFrame(frame, this.config.maxMessage);
    return this.tell({ type: "received", connection, frame: decoded });
  }

  /** A control message comes in. */
  hearControl(control: KnownControl, connection = 1): readonly ClientEffect[] {
    return this.hear(encodeControl(control), connection);
  }

  /** The application sends messages. */
  send(...ids: readonly number[]): readonly Payload[] {
    const sent = ids.map((id) =>
      this.tell({ type: "send", message: message(id) })
    );
    return framesOf(sent.flat());
  }
}

/** Frames that come in together. */
export function runOf(...frames: readonly Payload[]): DataRun {
  const run = readRun(packedFrames(frames), CONFIG.maxMessage);
  assert(run !== undefined);
  return run;
}

/** A machine in a new session. */
export function openPeer(config: Partial<ClientConfig> = {}): ClientPeer {
  const peer = new ClientPeer();
  peer.config = { ...CONFIG, ...config };
  peer.connect();
  peer.hearControl({ op: "opened", ...OPENED });
  assertEquals(peer.state.kind, "attached");
  return peer;
}

/** What goes to the server. */
export function framesOf(
  effects: readonly ClientEffect[],
): readonly Payload[] {
  return effects.flatMap((effect) =>
    effect.type === "transmit" ? [effect.data] : []
  );
}

/** The effects of one type. */
export function only<T extends ClientEffect["type"]>(
  effects: readonly ClientEffect[],
  type: T,
): readonly Extract<ClientEffect, { type: T }>[] {
  return effects.filter((
    effect,
  ): effect is Extract<ClientEffect, { type: T }> => effect.type === type);
}

/** The control message that goes to the server. */
export function controlOf(effects: readonly ClientEffect[]) {
  const frame = framesOf(effects).find((data) => String(data).startsWith("c|"));
  assert(typeof frame === "string", "No control message");
  return JSON.parse(frame.slice(2));
}
