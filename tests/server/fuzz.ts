/**
 * Hostile clients by a seed: frames that are right, nearly right and nonsense.
 *
 * ```sh
 * deno run -A tests/server/fuzz.ts 100000 [seed]
 * ```
 */

import { assert, assertEquals } from "@std/assert";
import { encodeControl } from "../../lib/session/wire/control.ts";
import type { NewSession } from "../../lib/session/wire/handshake.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";
import { type Random, seeded } from "../session/seeded.ts";
import { OPEN, RESUME } from "../session/server/peer.ts";
import { Dialed } from "./dialed.ts";
import { TestNode } from "./nodes.ts";

/** What came of it. */
export interface Fuzzed {
  readonly frames: number;
  readonly connections: number;
  /** How often the server closed, by close code. */
  readonly closed: Readonly<Record<number, number>>;
  readonly handled: number;
}

const LIMITS = {
  maxMessage: 200,
  window: { messages: 8, bytes: 1_000 },
  buffer: { maxMessages: 20, maxBytes: 2_000 },
  limits: { sessionsPerPrincipal: 4, detachedSessions: 8, resumes: 1_000 },
};
/** Those of a server, in section 10 of the protocol. */
const CLOSE_CODES = [1000, 4400, 4403, 4409, 4410, 4413, 4429, 4500];
const ALPHABET = 'mapqctM|,0019azé{}[]":-. \u0000😀';
const OPS = ["open", "opened", "resume", "gap", "bye", "again", "auth", "x"];

/** Sends frames to a node, and checks that it keeps its bounds and promises. */
export async function fuzz(seed: number, frames: number): Promise<Fuzzed> {
  const random = seeded(seed);
  const last = new Map<string, number>();
  let handled = 0;
  await using node = new TestNode({
    ...LIMITS,
    handler: {
      message: ({ id }, { seq, data, redelivered, reply }) => {
        handled += 1;
        const before = last.get(id) ?? 0;
        assert(seq === before + 1 || redelivered && seq === before, `${seq}`);
        last.set(id, seq);
        if (random.upTo(3) === 0) reply(data);
        if (random.upTo(9) === 0) throw new Error("Not today");
      },
    },
  });
  const attackers = [1, 2, 3].map(() => new Attacker(node, random));
  for (let sent = 0; sent < frames; sent += 1) {
    await attackers[sent % 3]!.step();
    assert(node.registry.size <= 4 + 3);
    assert(node.registry.detached <= 8);
  }
  const { closed, storeFailures } = node.counters.read();
  for (const code of Object.keys(closed)) {
    assert(CLOSE_CODES.includes(Number(code)), `closed with ${code}`);
  }
  assertEquals(storeFailures, 0);
  const connections = attackers.reduce((sum, { dials }) => sum + dials, 0);
  return { frames, connections, closed, handled };
}

/** One client that keeps to the protocol as long as it likes. */
class Attacker {
  dials = 0;
  readonly #node: TestNode;
  readonly #random: Random;
  #client: Dialed;
  #session: NewSession | undefined;
  #attempt = 1;
  #seq = 0;

  constructor(node: TestNode, random: Random) {
    this.#node = node;
    this.#random = random;
    this.#client = this.#dial();
  }

  async step(): Promise<void> {
    if (this.#client.closed > 0 || this.#client.peer.done.length > 0) {
      this.#client.leave();
      this.#client = this.#dial();
    }
    const frame = this.#frame();
    this.#client.hear(frame);
    const { sent } = this.#client.peer;
    if (sent.length === 0) await this.#answer();
    else for (let turn = 0; turn < 9; turn += 1) await Promise.resolve();
    // 20 messages of up to 200 bytes, and what belongs to them.
    assert(sent.length < 2_000, `${sent.length} frames`);
  }

  async #answer(): Promise<void> {
    await this.#client.peer.answered();
    this.#read();
  }

  #dial(): Dialed {
    this.dials += 1;
    this.#seq = 0;
    return new Dialed(this.#node);
  }

  #frame(): Payload {
    const draw = this.#random.upTo(20);
    const { sent } = this.#client.peer;
    if (sent.length === 0 && draw < 18) return this.#first();
    const frame = draw < 14 ? this.#next() : this.#other();
    return draw === 19 ? mutated(frame, this.#random) : frame;
  }

  #first(): string {
    const greeting = {
      attempt: this.#attempt += this.#random.upTo(3),
      window: [this.#random.upTo(5), this.#random.upTo(500)],
    } as const;
    const session = this.#session;
    if (session === undefined || this.#random.upTo(4) === 0) {
      return encodeControl({ ...OPEN, ...greeting, attempt: 1 });
    }
    const { token, gen } = session;
    const last = this.#random.upTo(9);
    const have = [[gen, this.#random.upTo(4)]] as const;
    const claim = { have, ack: 0, first: 1 + this.#random.upTo(last), last };
    const text = encodeControl({ ...RESUME, ...greeting, ...claim, token });
    return this.#random.upTo(9) === 0 ? `${mutated(text, this.#random)}` : text;
  }

  #next(): Payload {
    this.#seq += 1;
    const data = "x".repeat(this.#random.upTo(this.#random.upTo(8) * 32 + 1));
    return `m${this.#seq.toString(36)}|${data}`;
  }

  #other(): Payload {
    const n = this.#random.upTo(6);
    const far = (2 ** 53 - 1).toString(36);
    switch (this.#random.upTo(7)) {
      case 0:
        return `a${n},${far},${far}|`;
      case 1:
        return `p${n}|`;
      case 2:
        return `q${n},0|`;
      case 3:
        return Uint8Array.from({ length: n }, () => this.#random.upTo(256));
      case 4: {
        const op = OPS[this.#random.upTo(OPS.length)];
        return `c|${JSON.stringify({ op, ack: n, upTo: n, auth: "ann" })}`;
      }
      case 5:
        return `m${far}|late`;
      default:
        return mutated("m1,0|data", this.#random);
    }
  }

  /** Takes the token of the newest answer. */
  #read(): void {
    for (const frame of this.#client.peer.sent) {
      if (!`${frame}`.startsWith("c|")) continue;
      const control = JSON.parse(`${frame}`.slice(2));
      if (control.op === "opened") this.#session = control;
      if (control.op === "lost") this.#session = control.opened;
      if (control.op === "resumed" && this.#session !== undefined) {
        this.#session = { ...this.#session, token: control.token };
        this.#seq = Math.max(this.#seq, control.got);
      }
    }
  }
}

function mutated(message: Payload, random: Random): Payload {
  const text = `${message}`;
  const at = random.upTo(text.length + 1);
  const from = random.upTo(ALPHABET.length);
  const added = ALPHABET.slice(from, from + random.upTo(3));
  return (text.slice(0, at) + added + text.slice(at + random.upTo(3)))
    .toWellFormed();
}

if (import.meta.main) {
  const [frames = "100000", seed = "1"] = Deno.args;
  // deno-lint-ignore no-console
  console.log(await fuzz(Number(seed), Number(frames)));
}
