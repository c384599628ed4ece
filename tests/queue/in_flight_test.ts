import { assertEquals } from "@std/assert";
import {
  assert,
  commands,
  constant,
  integer,
  modelRun,
  property,
} from "fast-check";
import { InFlightMessages } from "../../lib/queue/in_flight.ts";

interface Entry {
  readonly bytes: number;
}

interface Model {
  last: number;
  readonly entries: Map<number, Entry>;
}

function entryOf(bytes: number): Entry {
  return { bytes };
}

function check(model: Model, real: InFlightMessages<Entry>): void {
  const entries = [...model.entries.values()];
  assertEquals(real.messages, entries.length);
  assertEquals(real.bytes, entries.reduce((sum, { bytes }) => sum + bytes, 0));
  assertEquals(real.last, model.last);
  assertEquals(
    real.settled,
    Math.min(model.last + 1, ...model.entries.keys()) - 1,
  );
}

class Push {
  constructor(readonly bytes: number) {}
  check = () => true;
  run(model: Model, real: InFlightMessages<Entry>): void {
    const entry = entryOf(this.bytes);
    model.last += 1;
    model.entries.set(model.last, entry);
    real.push(entry);
    assertEquals(real.numberOf(entry), model.last);
    check(model, real);
  }
}

class Take {
  constructor(readonly upTo: number) {}
  check = () => true;
  run(model: Model, real: InFlightMessages<Entry>): void {
    const expected = [...model.entries].filter(([number]) =>
      number <= this.upTo
    );
    for (const [number] of expected) model.entries.delete(number);
    assertEquals(real.take(this.upTo), expected.map(([, entry]) => entry));
    check(model, real);
  }
}

class Remove {
  constructor(readonly message: number) {}
  check = () => true;
  run(model: Model, real: InFlightMessages<Entry>): void {
    assertEquals(real.remove(this.message), model.entries.get(this.message));
    model.entries.delete(this.message);
    check(model, real);
  }
}

class Reset {
  check = () => true;
  run(model: Model, real: InFlightMessages<Entry>): void {
    assertEquals(real.reset(), [...model.entries.values()]);
    model.entries.clear();
    model.last = 0;
    check(model, real);
  }
}

Deno.test("InFlightMessages agrees with a simple model", () => {
  const all = [
    integer({ min: 0, max: 9 }).map((bytes) => new Push(bytes)),
    integer({ min: 0, max: 9 }).map((bytes) => new Push(bytes)),
    integer({ min: 0, max: 40 }).map((upTo) => new Take(upTo)),
    integer({ min: 0, max: 40 }).map((message) => new Remove(message)),
    constant(new Reset()),
  ];
  assert(property(commands(all, { size: "+1" }), (run) => {
    modelRun(() => ({
      model: { last: 0, entries: new Map() },
      real: new InFlightMessages<Entry>(),
    }), run);
  }));
});

Deno.test("InFlightMessages.take() settles what was removed out of turn", () => {
  const messages = new InFlightMessages<Entry>();
  for (let count = 1; count <= 3; count += 1) messages.push(entryOf(1));
  messages.remove(3);
  messages.take(2);
  assertEquals([messages.messages, messages.settled], [0, 3]);
});

Deno.test("InFlightMessages keeps no slots of messages that were taken", () => {
  const messages = new InFlightMessages<Entry>();
  for (let count = 1; count <= 10_000; count += 1) {
    messages.push(entryOf(1));
    messages.push(entryOf(1));
    assertEquals(messages.take(count).length, 1);
  }
  assertEquals([messages.messages, messages.last, messages.settled], [
    10_000,
    20_000,
    10_000,
  ]);
});

Deno.test("InFlightMessages.numberOf() is undefined for a message that is not there", () => {
  const real = new InFlightMessages<Entry>();
  real.push(entryOf(1));
  assertEquals(real.numberOf(entryOf(1)), undefined);
});
