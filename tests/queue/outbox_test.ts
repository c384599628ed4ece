import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type InFlight,
  Outbox,
  type OutboxLimits,
  type OutboxPush,
} from "../../lib/queue/outbox.ts";
import type { ExpiringEntry } from "../../lib/queue/expiring_fifo.ts";

const NONE: InFlight = { messages: 0, bytes: 0 };
const LIMITS: OutboxLimits = {
  maxMessages: 3,
  maxBytes: 100,
  overflow: "reject",
};

interface Entry extends ExpiringEntry {
  readonly name: string;
}

function entry(name: string, bytes = 10, expiresAt = Infinity): Entry {
  return { name, bytes, expiresAt };
}

function filled(
  overflow: OutboxLimits["overflow"],
  ...names: readonly string[]
): Outbox<Entry> {
  const outbox = new Outbox<Entry>({ ...LIMITS, overflow });
  for (const name of names) outbox.push(entry(name), NONE);
  return outbox;
}

function names(entries: readonly Entry[]): string {
  return entries.map(({ name }) => name).join(" ");
}

function droppedNames(result: OutboxPush<Entry>): string {
  assert(result.kind === "queued");
  return names(result.dropped);
}

Deno.test("Outbox.fits() counts messages in flight", () => {
  const outbox = filled("reject", "a");
  assertEquals(outbox.fits(10, { messages: 1, bytes: 10 }), true);
  assertEquals(outbox.fits(10, { messages: 2, bytes: 20 }), false);
});

Deno.test("Outbox.fits() counts bytes in flight", () => {
  const outbox = filled("reject", "a");
  assertEquals(outbox.fits(80, { messages: 1, bytes: 10 }), true);
  assertEquals(outbox.fits(81, { messages: 1, bytes: 10 }), false);
});

Deno.test("Outbox.push() reports an overflow and keeps the queue under reject", () => {
  const outbox = filled("reject", "a", "b", "c");
  assertEquals(outbox.push(entry("d"), NONE), { kind: "overflow" });
  assertEquals(names(outbox.clear()), "a b c");
});

Deno.test("Outbox.push() drops the new entry under drop-newest", () => {
  const outbox = filled("drop-newest", "a", "b", "c");
  assertEquals(droppedNames(outbox.push(entry("d"), NONE)), "d");
  assertEquals(names(outbox.clear()), "a b c");
});

Deno.test("Outbox.push() drops as many of the oldest as necessary under drop-oldest", () => {
  const outbox = filled("drop-oldest", "a", "b", "c");
  assertEquals(droppedNames(outbox.push(entry("d", 85), NONE)), "a b");
  assertEquals(names(outbox.clear()), "c d");
});

Deno.test("Outbox.push() does not empty the queue for an entry larger than the outbox", () => {
  const outbox = filled("drop-oldest", "a", "b");
  assertEquals(droppedNames(outbox.push(entry("d", 101), NONE)), "d");
  assertEquals(names(outbox.clear()), "a b");
});

Deno.test("Outbox.push() does not empty the queue when what is in flight fills the outbox", () => {
  const outbox = filled("drop-oldest", "a", "b");
  assertEquals(
    droppedNames(outbox.push(entry("d"), { messages: 3, bytes: 3 })),
    "d",
  );
  assertEquals(
    droppedNames(outbox.push(entry("d"), { messages: 1, bytes: 95 })),
    "d",
  );
  assertEquals(names(outbox.clear()), "a b");
});

type Step =
  | {
    readonly type: "push";
    readonly bytes: number;
    readonly ttl: number;
    readonly in: InFlight;
  }
  | { readonly type: "shift" | "clear" }
  | { readonly type: "remove"; readonly index: number }
  | { readonly type: "expire"; readonly after: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant("push" as const),
        bytes: fc.integer({ min: 0, max: 60 }),
        ttl: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 50 })),
        in: fc.record({
          messages: fc.integer({ min: 0, max: 3 }),
          bytes: fc.integer({ min: 0, max: 30 }),
        }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant("shift" as const) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("clear" as const) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("remove" as const),
        index: fc.nat(10),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("expire" as const),
        after: fc.nat(20),
      }),
    },
  ),
  { maxLength: 200, size: "max" },
);

const limits: fc.Arbitrary<OutboxLimits> = fc.record({
  maxMessages: fc.integer({ min: 0, max: 12 }),
  maxBytes: fc.integer({ min: 0, max: 200 }),
  overflow: fc.constantFrom("reject", "drop-oldest", "drop-newest"),
});

/** The outbox as an array, in the simplest way. */
class Model {
  readonly outbox: Outbox<Entry>;
  readonly #limits: OutboxLimits;
  #queue: Entry[] = [];
  #now = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
    this.outbox = new Outbox(limits);
  }

  run(step: Step): void {
    switch (step.type) {
      case "push":
        return this.#push(entry("", step.bytes, this.#now + step.ttl), step.in);
      case "shift": {
        const first = this.#queue.shift();
        assertStrictEquals(this.outbox.shift(), first);
        return;
      }
      case "remove": {
        const target = this.#queue[step.index] ?? entry("unknown");
        assertEquals(this.outbox.remove(target), this.#queue.includes(target));
        this.#queue = this.#queue.filter((it) => it !== target);
        return;
      }
      case "expire":
        this.#now += step.after;
        assertSame(
          this.outbox.expire(this.#now),
          this.#queue.filter((it) => this.#isDue(it)),
        );
        this.#queue = this.#queue.filter((it) => !this.#isDue(it));
        assert(this.outbox.nextExpiry() > this.#now);
        return;
      case "clear":
        assertSame(this.outbox.clear(), this.#queue.splice(0));
        return;
    }
  }

  check(): void {
    assertEquals(this.outbox.length, this.#queue.length);
    assertEquals(this.outbox.bytes, sum(this.#queue));
    assertStrictEquals(this.outbox.peek(), this.#queue[0]);
    assert(this.outbox.nextExpiry() <= this.#earliest());
    const expiring = this.#queue.some(({ expiresAt }) =>
      expiresAt !== Infinity
    );
    assertEquals(this.outbox.nextExpiry() !== Infinity, expiring);
  }

  #push(entry: Entry, inFlight: InFlight): void {
    const result = this.outbox.push(entry, inFlight);
    const dropped: Entry[] = [];
    if (
      this.#fits([entry], inFlight) && this.#limits.overflow === "drop-oldest"
    ) {
      while (!this.#fits([...this.#queue, entry], inFlight)) {
        dropped.push(this.#queue.shift()!);
      }
    }
    const fits = this.#fits([...this.#queue, entry], inFlight);
    if (!fits && this.#limits.overflow === "reject") {
      return assertEquals(result, { kind: "overflow" });
    }
    if (fits) this.#queue.push(entry);
    else dropped.push(entry);
    assert(result.kind === "queued");
    assertSame(result.dropped, dropped);
  }

  #fits(entries: readonly Entry[], inFlight: InFlight): boolean {
    return entries.length + inFlight.messages <= this.#limits.maxMessages &&
      sum(entries) + inFlight.bytes <= this.#limits.maxBytes;
  }

  #isDue({ expiresAt }: Entry): boolean {
    return expiresAt <= this.#now;
  }

  #earliest(): number {
    return Math.min(...this.#queue.map(({ expiresAt }) => expiresAt));
  }
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0);
}

/** Compares by identity, since all entries of a model look alike. */
function assertSame(
  actual: readonly Entry[],
  expected: readonly Entry[],
): void {
  assertEquals(actual.length, expected.length);
  for (const [index, entry] of expected.entries()) {
    assertStrictEquals(actual[index], entry);
  }
}

Deno.test("Outbox behaves as an array does, in any history", () => {
  fc.assert(fc.property(limits, steps, (limits, steps) => {
    const model = new Model(limits);
    for (const step of steps) {
      model.run(step);
      model.check();
    }
  }));
});
