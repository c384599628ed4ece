import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Inbox, type InboxConfig } from "../../lib/queue/inbox.ts";

type Step =
  | { readonly type: "push"; readonly bytes: number }
  | {
    readonly type: "take";
    readonly maxMessages: number;
    readonly maxBytes: number;
  }
  | { readonly type: "clear" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        type: fc.constant("push" as const),
        bytes: fc.integer({ min: 0, max: 60 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant("take" as const),
        maxMessages: fc.integer({ min: 0, max: 6 }),
        maxBytes: fc.integer({ min: 0, max: 150 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("clear" as const) }),
    },
  ),
  { maxLength: 200, size: "max" },
);

const configs: fc.Arbitrary<InboxConfig> = fc.record({
  maxMessages: fc.integer({ min: 0, max: 12 }),
  maxBytes: fc.integer({ min: 0, max: 200 }),
  overflow: fc.constantFrom("pause", "close", "drop-oldest", "drop-newest"),
});

interface Item {
  readonly number: number;
  readonly bytes: number;
}

/** The inbox as an array; the data of a message is its number. */
class Model {
  readonly inbox: Inbox<number>;
  readonly #config: InboxConfig;
  #queue: Item[] = [];
  #last = 0;

  constructor(config: InboxConfig) {
    this.#config = config;
    this.inbox = new Inbox(config);
  }

  run(step: Step): void {
    switch (step.type) {
      case "push":
        return this.#push(step.bytes);
      case "take":
        return this.#take(step.maxMessages, step.maxBytes);
      case "clear": {
        const cleared = this.#queue.splice(0);
        assertEquals(this.inbox.clear(), {
          count: cleared.length,
          bytes: sum(cleared),
        });
        return;
      }
    }
  }

  check(): void {
    const { maxMessages, maxBytes, overflow } = this.#config;
    const { length, bytes, firstNumber, lastNumber, hasRoom } = this.inbox;
    assertEquals([length, bytes], [this.#queue.length, sum(this.#queue)]);
    assertEquals(lastNumber, this.#last);
    assertEquals(firstNumber, this.#queue[0]?.number ?? this.#last + 1);
    assertEquals(hasRoom, length < maxMessages / 2 && bytes < maxBytes / 2);
    assert(
      overflow === "pause" || (length <= maxMessages && bytes <= maxBytes),
    );
  }

  #push(bytes: number): void {
    const item = { number: this.#last + 1, bytes };
    const result = this.inbox.push(item.number, bytes);
    const { maxMessages, maxBytes, overflow } = this.#config;
    const fits = this.#fits([...this.#queue, item]);
    if (overflow === "pause") {
      this.#append(item);
      const full = this.#queue.length >= maxMessages ||
        sum(this.#queue) >= maxBytes;
      return assertEquals(result.kind, full ? "full" : "stored");
    }
    if (fits) {
      this.#append(item);
      return assertEquals(result.kind, "stored");
    }
    if (overflow === "close") return assertEquals(result.kind, "overflow");
    if (overflow === "drop-newest" || !this.#fits([item])) {
      return assertEquals(result, { kind: "dropped-newest", count: 1, bytes });
    }
    const dropped: Item[] = [];
    while (!this.#fits([...this.#queue, item])) {
      dropped.push(this.#queue.shift()!);
    }
    this.#append(item);
    assertEquals(result, {
      kind: "dropped-oldest",
      count: dropped.length,
      bytes: sum(dropped),
    });
  }

  #append(item: Item): void {
    this.#queue.push(item);
    this.#last = item.number;
  }

  #take(maxMessages: number, maxBytes: number): void {
    const taken: Item[] = this.#queue.splice(0, 1);
    const [first] = taken;
    if (first === undefined) {
      return assertEquals(this.inbox.take(maxMessages, maxBytes), undefined);
    }
    for (
      let next = this.#queue[0];
      next !== undefined && taken.length < maxMessages &&
      sum([...taken, next]) <= maxBytes;
      next = this.#queue[0]
    ) taken.push(...this.#queue.splice(0, 1));
    assertEquals(this.inbox.take(maxMessages, maxBytes), {
      first: first.number,
      messages: taken.map(({ number }) => number),
      count: taken.length,
      bytes: sum(taken),
    });
  }

  #fits(items: readonly Item[]): boolean {
    return items.length <= this.#config.maxMessages &&
      sum(items) <= this.#config.maxBytes;
  }
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { bytes }) => total + bytes, 0);
}

Deno.test("Inbox behaves as an array does, in any history", () => {
  fc.assert(fc.property(configs, steps, (config, steps) => {
    const model = new Model(config);
    for (const step of steps) {
      model.run(step);
      model.check();
    }
  }));
});
