/**
 * Two nodes race for sessions, by a seed. The memory core is the oracle: a
 * store has to give the same answer to each step.
 */

import { assert, assertEquals } from "@std/assert";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { MemoryCore } from "../../../lib/session/store/memory_core.ts";
import type { Lease, SessionStore } from "../../../lib/session/store/store.ts";
import type { ManualClock } from "../../platform/manual_clock.ts";
import { type Random, seeded } from "../../session/seeded.ts";
import { claimWith, INIT } from "../../session/store/records.ts";

const INTERLEAVINGS = 1_000;
const ROUNDS = 18;
const TTL = 1_000;

type Two = readonly [SessionStore, SessionStore];

type Step = readonly [
  store: (store: SessionStore) => Promise<unknown>,
  oracle: () => unknown,
];

/** Declares the test. */
export function testInterleavings(
  name: string,
  openTwo: (
    clock: Pick<ManualClock, "now" | "wallNow" | "task">,
  ) => Two | Promise<Two>,
  options: { readonly ignore: boolean },
): void {
  Deno.test(
    `${name} answers 1,000 interleavings of two nodes like the memory core`,
    options,
    async () => {
      const time = { now: 0 };
      const [one, two] = await openTwo({
        now: () => time.now,
        wallNow: () => time.now,
        task: PLATFORM_CLOCK.task,
      });
      await using _one = one;
      await using _two = two;
      assertEquals(one.generation, two.generation);
      const races = Array.from(
        { length: INTERLEAVINGS },
        (_, seed) => new Race(seed, one.generation),
      );
      for (let round = 0; round < ROUNDS; round += 1) {
        time.now += 150;
        // The races share the batches of the stores, and nothing else.
        await Promise.all(races.map((race) => race.step([one, two], time.now)));
      }
      const seen = new Set(races.flatMap(({ answers }) => answers));
      for (const answer of ANSWERS) assert(seen.has(answer), answer);
    },
  );
}

/** Each of them has to come up, or the steps are not worth much. */
const ANSWERS = [
  "attached",
  "busy",
  "refused stale",
  "refused superseded",
  "refused ended",
  "refused expired",
  "refused diverged",
  "appended",
  "full",
  "too-large",
  "gone",
  "accepted",
  "fenced",
  "ended",
];

/** One session, for which two nodes act. */
class Race {
  readonly answers: string[] = [];
  readonly #session: string;
  readonly #random: Random;
  readonly #core: MemoryCore;
  readonly #leases: Lease[] = [];
  #attempt = 1;
  #counter = 1;

  constructor(seed: number, generation: string) {
    this.#session = `session-${seed}`;
    this.#random = seeded(seed);
    this.#core = new MemoryCore(generation);
  }

  /** One step of either node, on its own store. */
  async step(stores: readonly SessionStore[], now: number): Promise<void> {
    const which = this.#random.upTo(2);
    const node = "AB"[which]!;
    const [ask, expect] = this.#next(node, now);
    const answer = await ask(stores[which]!);
    const expected = expect();
    assertEquals(answer, expected, this.#session);
    this.#note(expected);
  }

  #next(node: string, now: number): Step {
    if (this.#leases.length === 0) return this.#open(node, now);
    const draw = this.#random.upTo(20);
    if (draw < 5) return this.#attach(node, now);
    if (draw < 9) return this.#append();
    if (draw < 14) return this.#accept(now);
    if (draw < 16) return this.#read();
    if (draw < 17) return this.#touch(now);
    if (draw < 18) return this.#detach(now);
    return this.#random.upTo(3) === 0 ? this.#end(now) : this.#read();
  }

  #open(node: string, now: number): Step {
    const own = { session: this.#session, node, maxMessage: 7 };
    const init = { ...INIT, ...own, ttl: TTL };
    return [(store) => store.open(init), () => this.#core.open(init, now)];
  }

  #attach(node: string, now: number): Step {
    const { accepted = 0, log } = this.#core.peek(this.#session)!;
    const { generation } = this.#core;
    this.#attempt += this.#random.upTo(8) === 0 ? 0 : 1;
    const at = log.first - 1 + this.#random.upTo(3);
    const claim = claimWith({
      session: this.#session,
      node,
      attempt: this.#attempt,
      counter: Math.max(1, this.#counter - this.#random.upTo(2)),
      have: [[this.#random.upTo(9) === 0 ? "other" : generation, at]],
      ack: Math.max(0, at - this.#random.upTo(2)),
      first: Math.max(1, accepted + this.#random.upTo(3)),
      last: accepted + this.#random.upTo(5),
      maxMessage: 6 + this.#random.upTo(2),
      takeover: this.#random.upTo(2) === 0 ? "ask" : "force",
      ttl: TTL,
    });
    return [
      (store) => store.attach(claim),
      () => this.#core.attach(claim, now),
    ];
  }

  #append(): Step {
    const messages = Array.from(
      { length: 1 + this.#random.upTo(3) },
      () => this.#payload(),
    );
    const overflow = this.#random.upTo(2) === 0 ? "reject" : "drop-oldest";
    const sizes = { maxMessages: 5, maxBytes: 24, maxMessage: 9 };
    const bounds = { ...sizes, overflow } as const;
    return [
      (store) => store.append(this.#session, messages, bounds),
      () => this.#core.append(this.#session, messages, bounds),
    ];
  }

  #accept(now: number): Step {
    const { accepted, claimed, log } = this.#core.peek(this.#session)!;
    if (this.#random.upTo(4) === 0) this.#counter += 1;
    const step = {
      lease: this.#lease(),
      handled: Math.min(claimed, accepted + this.#random.upTo(3)),
      claim: claimed + this.#random.upTo(3),
      ack: log.first - 1 + this.#random.upTo(4),
      counter: this.#counter,
      ttl: TTL,
      replies: this.#random.upTo(3) === 0 ? [this.#payload()] : [],
    };
    return [(store) => store.accept(step), () => this.#core.accept(step, now)];
  }

  #read(): Step {
    const after = this.#random.upTo(9);
    const limit = 1 + this.#random.upTo(5);
    return [
      (store) => store.read(this.#session, after, limit),
      () => this.#core.read(this.#session, after, limit),
    ];
  }

  #touch(now: number): Step {
    const leases = [this.#lease(), this.#lease()];
    return [
      (store) => store.touch(leases, TTL),
      () => this.#core.touch(leases, TTL, now),
    ];
  }

  #detach(now: number): Step {
    const lease = this.#lease();
    return [
      (store) => store.detach(lease, TTL / 2),
      () => this.#core.detach(lease, TTL / 2, now),
    ];
  }

  #end(now: number): Step {
    const condition = [
      { kind: "always", why: "ended" },
      { kind: "lease", lease: this.#lease() },
      { kind: "expired" },
      { kind: "detached" },
    ] as const;
    const chosen = condition[this.#random.upTo(4)]!;
    const moment = { now, tombstone: TTL };
    return [
      (store) => store.end(this.#session, chosen, TTL),
      () => this.#core.end(this.#session, chosen, moment),
    ];
  }

  /** The newest lease most of the time, else an older one. */
  #lease(): Lease {
    const back = this.#random.upTo(3) === 0 ? 1 + this.#random.upTo(2) : 0;
    return this.#leases.at(-1 - back) ?? this.#leases[0]!;
  }

  #payload() {
    const length = this.#random.upTo(8);
    return this.#random.upTo(2) === 0
      ? "x".repeat(length)
      : new Uint8Array(length).fill(length);
  }

  #note(answer: unknown): void {
    const { kind, why, lease, fence } = (answer ?? {}) as Partial<
      { kind: string; why: string; lease: Lease; fence: number }
    >;
    if (lease !== undefined) this.#leases.push(lease);
    if (fence !== undefined) this.#leases.push(answer as Lease);
    this.answers.push(why === undefined ? `${kind}` : `${kind} ${why}`);
  }
}
