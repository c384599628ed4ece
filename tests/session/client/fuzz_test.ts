/** Hostile servers by a seed: frames that are right, nearly right and nonsense. */

import { assert, assertEquals } from "@std/assert";
import { canSend } from "../../../lib/session/client/sending.ts";
import { takesRun } from "../../../lib/session/client/client.ts";
import type { ClientEffect } from "../../../lib/session/client/state.ts";
import { entriesOf, sizeOf } from "../../../lib/session/flow/numbered.ts";
import { readRun } from "../../../lib/session/wire/run.ts";
import { packedFrames } from "../wire/packed.ts";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";
import { type Random, seeded } from "../seeded.ts";
import { ClientPeer, CONFIG, message, OPENED, RESUMED } from "./peer.ts";

const FRAMES = 100_000;
const SEED = 20_261_126;
const FAR = (2 ** 53 - 1).toString(36);
const ALPHABET = 'mapqctM|,0019azé{}[]":-. \u0000😀';
const OPS = ["open", "opened", "resume", "gap", "bye", "again", "auth", "x"];
/** Those that a client closes with, in section 10 of the protocol. */
const CLOSE_CODES = [1000, 4012, 4400, 4408, 4413];

/** A client whose server keeps to the protocol as long as it likes. */
class Victim {
  readonly peer = new ClientPeer();
  readonly closed: Record<number, number> = {};
  delivered = 0;
  reported = 0;
  rejected = 0;
  runs = 0;
  readonly #random: Random;
  /** What was sent and not reported. */
  readonly #outstanding = new Set<number>();
  #sent = 0;
  #connection = 0;
  #next = 1;

  constructor(random: Random) {
    this.#random = random;
    this.peer.config = { ...CONFIG, onUnknown: "drop" };
  }

  /** One event, and what holds after it. */
  step(): void {
    const { peer } = this;
    this.#take(this.#happen());
    const { state } = peer;
    assert(sizeOf(state.held) <= 8, `${sizeOf(state.held)} held`);
    assert(state.heldBytes <= 1_100, `${state.heldBytes} bytes held`);
    assert(state.positions.length <= 4);
    assert(state.marks.length <= 10, `${state.marks.length} marks`);
    const retained = entriesOf(state.retained).map(({ id }) => id);
    assertEquals(retained, [...this.#outstanding]);
  }

  #happen(): readonly ClientEffect[] {
    const { peer } = this;
    const { kind } = peer.state;
    const draw = this.#random.upTo(40);
    peer.now += this.#random.upTo(50);
    peer.random = draw / 40;
    if (kind === "detached") return this.#connect();
    if (draw === 0) {
      const connection = this.#connection;
      return peer.tell({ type: "disconnected", connection });
    }
    if (draw < 4) return peer.tell({ type: "due" });
    if (peer.state.numbering === "changed" && this.#random.upTo(3) === 0) {
      return peer.tell({ type: "confirmed" });
    }
    if (draw === 4) return peer.tell({ type: "skipped" });
    if (draw < 10) {
      const { first, last } = peer.state.held;
      const index = first + this.#random.upTo(last - first + 2) - 1;
      return peer.tell({ type: "consumed", index });
    }
    const next = message(this.#sent + 1);
    if (draw < 20 && canSend(peer.state, next.bytes)) return this.#send();
    return draw < 24 && kind === "attached"
      ? this.#together()
      : peer.hear(this.#frame(kind), this.#connection);
  }

  /** Frames that come in one pack, taken as one where they can be. */
  #together(): readonly ClientEffect[] {
    const { peer } = this;
    const frames = Array.from(
      { length: 1 + this.#random.upTo(4) },
      () => this.#random.upTo(12) === 0 ? this.#other() : this.#data(),
    );
    const texts = frames.filter((frame) =>
      typeof frame === "string" && /^[\x20-\x7e]*$/.test(frame)
    );
    const run = readRun(packedFrames(texts), peer.config.maxMessage);
    const connection = this.#connection;
    if (run === undefined || !takesRun(peer.state, run)) {
      return texts.flatMap((frame) => peer.hear(frame, connection));
    }
    this.runs += 1;
    return peer.tell({ type: "received", connection, frame: run });
  }

  #connect(): readonly ClientEffect[] {
    this.#connection += 1;
    this.#next = 1;
    return this.peer.connect(this.#connection);
  }

  #send(): readonly ClientEffect[] {
    this.#sent += 1;
    this.#outstanding.add(this.#sent);
    return this.peer.tell({ type: "send", message: message(this.#sent) });
  }

  #frame(kind: string): Payload {
    const draw = this.#random.upTo(20);
    if (kind === "handshaking" && draw < 17) return this.#answer();
    const frame = draw < 12 ? this.#data() : this.#other();
    return draw === 19 ? mutated(frame, this.#random) : frame;
  }

  #answer(): string {
    const { state } = this.peer;
    const upTo = (end: number) => this.#random.upTo(end);
    const window = [upTo(6), upTo(600)] as const;
    const maxMessage = upTo(20) === 0 ? 3 : 100;
    const opened = { ...OPENED, session: `s${upTo(9)}`, window, maxMessage };
    if (state.ticket === undefined) {
      return encodeControl({ op: "opened", ...opened });
    }
    const { first, last } = state.retained;
    const at = Math.max(0, (state.positions[0]?.[1] ?? 0) - upTo(2));
    const got = first - 1 + upTo(last - first + 2 + upTo(2));
    this.#next = at + 1;
    const gen = ["g1", "g2", state.positions[0]?.[0] ?? "g1"][upTo(3)]!;
    if (upTo(4) > 0) {
      const orphans = (state.positions[0]?.[1] ?? 0) - at;
      const counts = { got, at, last: at + upTo(3), orphans };
      return encodeControl({
        ...{ ...RESUMED, ...counts },
        ...{ gen, window, maxMessage },
      });
    }
    this.#next = 1;
    const fates = { got, uncertain: got + upTo(2), at, last: at + upTo(3) };
    const known = upTo(2) === 0 ? {} : fates;
    return encodeControl({ op: "lost", why: "ended", ...known, opened });
  }

  #data(): Payload {
    const { state } = this.peer;
    const seq = this.#next;
    this.#next += 1;
    const ack = state.retained.first - 1 + this.#random.upTo(2);
    const header = this.#random.upTo(2) === 0
      ? `m${seq.toString(36)}|`
      : `m${seq.toString(36)},${ack.toString(36)}|`;
    return header + "x".repeat(this.#random.upTo(90));
  }

  #other(): Payload {
    const n = this.#random.upTo(6);
    const { first, last } = this.peer.state.retained;
    const ack = (first + this.#random.upTo(last - first + 2)).toString(36);
    switch (this.#random.upTo(8)) {
      case 0:
        return `a${ack},${FAR},${FAR}|`;
      case 1:
        return `a${n},${n},${n}|`;
      case 2:
        return `p${n}|`;
      case 3:
        return Uint8Array.from({ length: n }, () => this.#random.upTo(256));
      case 4: {
        const from = this.#next;
        this.#next += n;
        const to = from + n - 1;
        return encodeControl({ op: "gap", from, to, why: "trimmed" });
      }
      case 5: {
        const op = OPS[this.#random.upTo(OPS.length)];
        return `c|${JSON.stringify({ op, ack: n, upTo: n, after: 1 })}`;
      }
      case 6:
        return encodeControl({ op: "moving", after: n, spread: n });
      default:
        return `m${FAR}|late`;
    }
  }

  /** Deliveries go on by one, and each message has one fate. */
  #take(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "deliver":
          this.delivered += 1;
          assertEquals(effect.index, this.delivered);
          break;
        case "deliver-run":
          assertEquals(effect.index, this.delivered + 1);
          this.delivered += effect.run.sizes.length;
          break;
        case "accepted":
          for (const id of this.#outstanding) {
            if (id <= effect.id) this.#report(id);
          }
          break;
        case "dropped":
          for (const { id } of effect.messages) this.#report(id);
          break;
        case "left-out":
          this.rejected += 1;
          this.#report(effect.id);
          break;
        case "disconnect": {
          const { closeCode } = effect;
          this.closed[closeCode] = (this.closed[closeCode] ?? 0) + 1;
          assert(CLOSE_CODES.includes(closeCode), `${closeCode}`);
        }
      }
    }
  }

  #report(id: number): void {
    assert(this.#outstanding.delete(id), `${id} was reported twice`);
    this.reported += 1;
  }
}

function mutated(frame: Payload, random: Random): Payload {
  const text = `${frame}`;
  const at = random.upTo(text.length + 1);
  const from = random.upTo(ALPHABET.length);
  const added = ALPHABET.slice(from, from + random.upTo(3));
  return (text.slice(0, at) + added + text.slice(at + random.upTo(3)))
    .toWellFormed();
}

Deno.test("clientTransition() keeps its bounds and accounts through 100,000 hostile frames", () => {
  const victim = new Victim(seeded(SEED));
  for (let frame = 0; frame < FRAMES; frame += 1) victim.step();
  const { delivered, reported, rejected, runs, closed } = victim;
  assert(delivered > FRAMES / 20, `${delivered} delivered`);
  assert(runs > FRAMES / 100, `${runs} runs`);
  assert(reported > FRAMES / 20, `${reported} reported`);
  assert(rejected > FRAMES / 10_000, `${rejected} rejected`);
  for (const code of [4012, 4400]) assert(closed[code]! > 100, `${code}`);
});
