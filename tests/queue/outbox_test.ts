import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type InFlight,
  Outbox,
  type OutboxEntry,
  type OutboxLimits,
  type OutboxPush,
} from "../../lib/queue/outbox.ts";

const NONE: InFlight = { messages: 0, bytes: 0 };
const LIMITS: OutboxLimits = {
  maxMessages: 3,
  maxBytes: 100,
  overflow: "reject",
};

interface Entry extends OutboxEntry {
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

Deno.test("Outbox.shift() returns entries in the order of push()", () => {
  const outbox = filled("reject", "a", "b", "c");
  assertEquals(outbox.peek()?.name, "a");
  assertEquals([outbox.length, outbox.bytes], [3, 30]);
  assertEquals(
    [outbox.shift(), outbox.shift(), outbox.shift()].map((it) => it?.name),
    [
      "a",
      "b",
      "c",
    ],
  );
  assertEquals([outbox.length, outbox.bytes], [0, 0]);
});

Deno.test("Outbox.shift() returns undefined when it is empty", () => {
  const outbox = filled("reject");
  assertEquals(outbox.shift(), undefined);
  assertEquals(outbox.peek(), undefined);
  assertEquals([outbox.length, outbox.bytes], [0, 0]);
});

Deno.test("Outbox.shift() releases the slots of a long queue", () => {
  const outbox = new Outbox<Entry>({
    maxMessages: 5_000,
    maxBytes: Infinity,
    overflow: "reject",
  });
  for (let i = 0; i < 5_000; i += 1) outbox.push(entry(`${i}`), NONE);
  for (let i = 0; i < 5_000; i += 1) assertEquals(outbox.shift()?.name, `${i}`);
  assertEquals(outbox.length, 0);
});

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

Deno.test("Outbox.unshift() puts entries back in front, in their order", () => {
  const outbox = filled("reject", "a", "b", "c");
  const first = outbox.shift() as Entry;
  const second = outbox.shift() as Entry;
  outbox.push(entry("d"), NONE);
  outbox.unshift([first, second]);
  assertEquals([outbox.length, outbox.bytes], [4, 40]);
  assertEquals(names(outbox.clear()), "a b c d");
});

Deno.test("Outbox.remove() takes exactly this entry out of the middle", () => {
  const outbox = filled("reject", "a", "b");
  const third = entry("b");
  outbox.push(third, NONE);
  outbox.shift();
  assertEquals(outbox.remove(entry("b")), false);
  assertEquals(outbox.remove(third), true);
  assertEquals(outbox.remove(third), false);
  assertEquals([outbox.length, outbox.bytes], [1, 10]);
});

Deno.test("Outbox.remove() does not find an entry that was shifted", () => {
  const outbox = filled("reject", "a", "b");
  const first = outbox.shift() as Entry;
  assertEquals(outbox.remove(first), false);
  assertEquals([outbox.length, outbox.bytes], [1, 10]);
});

Deno.test("Outbox.expire() takes out the entries that are due and keeps the order of the rest", () => {
  const outbox = filled("reject");
  for (const [name, at] of [["a", 30], ["b", 10], ["c", Infinity]] as const) {
    outbox.push(entry(name, 10, at), NONE);
  }
  assertEquals(outbox.nextExpiry(), 10);
  assertEquals(outbox.expire(9), []);
  assertEquals(names(outbox.expire(10)), "b");
  assertEquals(outbox.nextExpiry(), 30);
  assertEquals([outbox.length, outbox.bytes], [2, 20]);
  assertEquals(names(outbox.expire(1_000)), "a");
  assertEquals(outbox.nextExpiry(), Infinity);
  assertEquals(names(outbox.clear()), "c");
});

Deno.test("Outbox.nextExpiry() is early at most once for an entry that was sent", () => {
  const outbox = filled("reject");
  outbox.push(entry("a", 10, 10), NONE);
  outbox.push(entry("b", 10, 30), NONE);
  outbox.shift();
  assertEquals(outbox.nextExpiry(), 10);
  assertEquals(outbox.expire(10), []);
  assertEquals(outbox.nextExpiry(), 30);
});

Deno.test("Outbox.nextExpiry() is Infinity once the last entry with a ttl has left", () => {
  const outbox = filled("reject", "a");
  const expiring = entry("b", 10, 10);
  outbox.push(expiring, NONE);
  outbox.remove(expiring);
  assertEquals(outbox.nextExpiry(), Infinity);
  outbox.push(expiring, NONE);
  outbox.clear();
  assertEquals(outbox.nextExpiry(), Infinity);
});

Deno.test("Outbox.clear() returns what was queued and leaves an outbox that can be used", () => {
  const outbox = filled("reject", "a", "b");
  outbox.shift();
  assertEquals(names(outbox.clear()), "b");
  assertEquals([outbox.length, outbox.bytes], [0, 0]);
  outbox.push(entry("c"), NONE);
  assertEquals(names(outbox.clear()), "c");
});

type Step =
  | {
    readonly type: "push";
    readonly bytes: number;
    readonly ttl: number;
    readonly in: InFlight;
  }
  | { readonly type: "shift" | "unshift" | "clear" }
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
      arbitrary: fc.record({ type: fc.constant("unshift" as const) }),
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
  #shifted: Entry[] = [];
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
        if (first !== undefined) this.#shifted.push(first);
        return;
      }
      case "unshift":
        this.outbox.unshift(this.#shifted);
        this.#queue.unshift(...this.#shifted.splice(0));
        return;
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
