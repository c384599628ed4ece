/** What each store must do. Each store's test file calls `testStore()`. */

import { assertEquals, assertRejects } from "@std/assert";
import type { SessionStoreError } from "../../../lib/server/stores/store_error.ts";
import type {
  SessionStore,
  StoreNotice,
} from "../../../lib/session/store/store.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { BOUNDS, claimWith, INIT } from "../../session/store/records.ts";
import { testInterleavings } from "./interleavings.ts";

/** Makes stores. Those with the same name share their data if the store can. */
export interface StoreMaker {
  readonly name: string;
  readonly open: (clock: ManualClock) => SessionStore | Promise<SessionStore>;
  /** Two stores of one place, or twice the same one. */
  readonly openTwo: (
    clock: Pick<ManualClock, "now" | "wallNow" | "task">,
  ) => Two | Promise<Two>;
  /** Resolves when the notices of all steps before have come. */
  readonly settled?: () => Promise<void>;
  /** What a store needs that others do not. */
  readonly options?: { readonly ignore: boolean };
}

type Two = readonly [SessionStore, SessionStore];

const ALWAYS = { kind: "always", why: "ended" } as const;

/** Declares the tests for a store. */
export function testStore(
  { name, open, openTwo, settled = nextTask, options = { ignore: false } }:
    StoreMaker,
): void {
  const test = (title: string, run: (subject: Subject) => Promise<void>) =>
    Deno.test(`${name} ${title}`, options, async () => {
      const clock = new ManualClock();
      await using store = await open(clock);
      await run(new Subject(store, clock));
    });

  test("opens a session once", async ({ store }) => {
    const lease = await store.open(INIT);
    assertEquals(lease, {
      session: "s",
      fence: 1,
      generation: store.generation,
    });
    await assertRejects(() => store.open(INIT), RangeError, "s");
  });

  test("knows nothing of a session that was never opened", async (subject) => {
    const { store } = subject;
    assertEquals(await store.attach(subject.claim()), {
      kind: "refused",
      why: "unknown",
    });
    assertEquals(await store.append("s", ["a"], BOUNDS), { kind: "gone" });
    assertEquals(await store.accept(subject.step(1)), { kind: "gone" });
    assertEquals(await store.read("s", 0, 9), []);
    assertEquals(await store.end("s", ALWAYS, 9), { kind: "gone" });
    assertEquals(await store.detach(subject.lease(1), 9), 0);
    assertEquals(await store.touch([subject.lease(1)], 9), [subject.lease(1)]);
  });

  test("gives payloads back as they came", async ({ store }) => {
    await store.open(INIT);
    const payloads = [
      "",
      "a\0b",
      "\ufeffmark",
      "grüße 🙂",
      '{"a":"\\u0000"}',
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    ];
    const bounds = { ...BOUNDS, maxMessages: 9, maxBytes: 1_000 };
    await store.append("s", payloads, bounds);
    const read = await store.read("s", 0, 9);
    assertEquals(read.map(({ data }) => data), payloads);
    assertEquals(read.map(({ bytes }) => bytes), [0, 3, 7, 12, 14, 0, 256]);
  });

  test("numbers messages in the order of the calls", async ({ store }) => {
    await store.open(INIT);
    const bounds = { ...BOUNDS, maxMessages: 300, maxBytes: 9_000 };
    const calls = Array.from({ length: 60 }, (_, n) => `${n + 1}`);
    await Promise.all(calls.map((text) => store.append("s", [text], bounds)));
    const read = await store.read("s", 0, 60);
    assertEquals(read.map(({ seq, data }) => `${seq}` === data), [
      ...calls.map(() => true),
    ]);
    assertEquals((await store.read("s", 50, 3)).map(({ seq }) => seq), [
      51,
      52,
      53,
    ]);
  });

  test("keeps nothing of what the bounds do not allow", async ({ store }) => {
    await store.open(INIT);
    await store.append("s", ["a", "b", "c"], BOUNDS);
    assertEquals(await store.append("s", ["d", "e"], BOUNDS), {
      kind: "full",
      messages: 3,
      bytes: 3,
    });
    assertEquals((await store.read("s", 0, 9)).length, 3);
  });

  test("keeps nothing that the client does not take", async (subject) => {
    const { store } = subject;
    await store.open({ ...INIT, maxMessage: 3 });
    const tooLarge = { kind: "too-large", maxMessage: 3 } as const;
    assertEquals(await store.append("s", ["a", "ääb"], BOUNDS), tooLarge);
    assertEquals(await store.append("s", ["abcd"], BOUNDS), tooLarge);
    assertEquals(await store.read("s", 0, 9), []);
    await store.append("s", ["abc"], BOUNDS);
    await store.attach(subject.claim({ maxMessage: 4 }));
    await store.append("s", ["abcd"], BOUNDS);
    const read = await store.read("s", 0, 9);
    assertEquals(read.map(({ data }) => data), ["abc", "abcd"]);
  });

  test("makes room by the oldest if it may", async ({ store }) => {
    await store.open(INIT);
    const bounds = { ...BOUNDS, overflow: "drop-oldest" } as const;
    await store.append("s", ["aaa", "bbb", "ccc"], bounds);
    assertEquals(await store.append("s", ["ddddd"], bounds), {
      kind: "appended",
      first: 4,
      last: 4,
      dropped: 2,
      bytes: 8,
      node: "A",
    });
    const read = await store.read("s", 0, 9);
    assertEquals(read.map(({ seq }) => seq), [3, 4]);
  });

  test("accepts with the lease only, and all of a step", async (subject) => {
    const { store } = subject;
    await store.open(INIT);
    await store.append("s", ["a", "b"], BOUNDS);
    const step = subject.step(1, { handled: 2, ack: 1, replies: ["r"] });
    assertEquals(await store.accept(step), {
      kind: "accepted",
      last: 3,
      bytes: 2,
    });
    const read = await store.read("s", 0, 9);
    assertEquals(read.map(({ data }) => data), ["b", "r"]);
    const other = subject.step(2, { replies: ["x"] });
    assertEquals(await store.accept(other), { kind: "fenced" });
    assertEquals((await store.read("s", 0, 9)).length, 2);
  });

  test("gives a session to the newest attempt", async (subject) => {
    const { store } = subject;
    const notices = await subject.listen("A");
    await store.open(INIT);
    await store.accept(subject.step(1, { claim: 3 }));
    const asked = await store.attach(subject.claim({ last: 3 }));
    assertEquals(asked, { kind: "busy", node: "A" });
    const forced = await store.attach(
      subject.claim({ last: 3, takeover: "force" }),
    );
    assertEquals(forced.kind, "attached");
    assertEquals(forced.kind === "attached" && forced.uncertain, 3);
    const stale = await store.attach(subject.claim());
    assertEquals(stale, { kind: "refused", why: "stale" });
    await settled();
    assertEquals(notices, [
      { type: "wanted", session: "s", fence: 1 },
      { type: "fenced", session: "s", fence: 1, why: "taken" },
    ]);
  });

  test("knows that what was never sent has not begun", async (subject) => {
    const { store } = subject;
    await store.open(INIT);
    await store.accept(subject.step(1, { claim: 3 }));
    const sent = await store.attach(subject.claim({ last: 1 }));
    assertEquals(sent, { kind: "busy", node: "A" });
    const unsent = await store.attach(subject.claim({ last: 0 }));
    assertEquals(unsent.kind === "attached" && unsent.uncertain, 0);
  });

  test("notifies the node that holds a session of messages", async (subject) => {
    const { store } = subject;
    const notices = await subject.listen("A");
    const others = await subject.listen("B");
    await store.open(INIT);
    const bounds = { ...BOUNDS, maxBytes: 90_000 };
    await store.append("s", ["a"], bounds);
    await store.append("s", ["b".repeat(65_537)], bounds);
    assertEquals(await store.detach(subject.lease(1), 500), 65_538);
    await store.append("s", ["c"], bounds);
    await settled();
    const messages = [{ seq: 1, data: "a", bytes: 1 }];
    assertEquals(notices, [
      { type: "appended", session: "s", last: 1, messages },
      { type: "appended", session: "s", last: 2, messages: [] },
    ]);
    assertEquals(others, []);
  });

  test("notifies of an end, except who has asked for it", async (subject) => {
    const { store } = subject;
    const notices = await subject.listen("A");
    await store.open(INIT);
    await store.open({ ...INIT, session: "t" });
    await store.append("s", ["a"], BOUNDS);
    const lease = { kind: "lease", lease: subject.lease(1) } as const;
    const ended = await store.end("s", lease, 500);
    const unconsumed = [{ seq: 1, data: "a", bytes: 1 }];
    assertEquals(ended, {
      kind: "ended",
      accepted: 0,
      claimed: 0,
      unconsumed,
      node: "A",
    });
    await store.end("t", ALWAYS, 500);
    await settled();
    assertEquals(notices.filter(({ type }) => type === "fenced"), [
      { type: "fenced", session: "t", fence: 1, why: "ended" },
    ]);
  });

  test("stops to notify a listener that was disposed", async (subject) => {
    const { store } = subject;
    const notices: StoreNotice[] = [];
    const listening = await store.listen("A", (notice) => notices.push(notice));
    await listening[Symbol.asyncDispose]();
    await store.open(INIT);
    await store.append("s", ["a"], BOUNDS);
    await settled();
    assertEquals(notices, []);
  });

  test("prolongs leases, and says which have ended", async (subject) => {
    const { store, clock } = subject;
    await store.open(INIT);
    clock.advance(119_000);
    const [own, other] = [subject.lease(1), subject.lease(2)];
    assertEquals(await store.touch([own, other], 120_000), [other]);
    clock.advance(119_000);
    assertEquals(await store.due(9), []);
    clock.advance(1_000);
    assertEquals(await store.due(9), ["s"]);
  });

  test("ends what is over, and forgets it after the tombstone", async (subject) => {
    const { store, clock } = subject;
    await store.open(INIT);
    await store.accept(subject.step(1, { handled: 2 }));
    const expired = { kind: "expired" } as const;
    assertEquals(await store.end("s", expired, 500), { kind: "fenced" });
    await store.detach(subject.lease(1), 500);
    clock.advance(500);
    assertEquals((await store.end("s", expired, 500)).kind, "ended");
    const resume = subject.claim({ last: 3 });
    assertEquals(await store.attach(resume), {
      kind: "refused",
      why: "expired",
      fate: { got: 2, uncertain: 2, at: 0, last: 0 },
    });
    clock.advance(500);
    assertEquals(await store.due(9), []);
    const after = await store.attach(resume);
    assertEquals(after, { kind: "refused", why: "unknown" });
  });

  test("makes room only by sessions that no node holds", async (subject) => {
    const { store } = subject;
    const detached = { kind: "detached" } as const;
    await store.open(INIT);
    await store.detach(subject.lease(1), 500);
    await store.attach(subject.claim());
    assertEquals(await store.end("s", detached, 500), { kind: "fenced" });
    await store.detach(subject.lease(2), 500);
    assertEquals((await store.end("s", detached, 500)).kind, "ended");
    const after = await store.attach(subject.claim({ attempt: 3 }));
    assertEquals(after.kind === "refused" && after.why, "evicted");
  });

  test("rejects each step after its end", async (subject) => {
    const { store } = subject;
    const opening = store.open(INIT);
    await store[Symbol.asyncDispose]();
    await opening;
    const steps: readonly (() => Promise<unknown>)[] = [
      () => store.open({ ...INIT, session: "t" }),
      () => store.attach(subject.claim()),
      () => store.append("s", ["a"], BOUNDS),
      () => store.accept(subject.step(1)),
      () => store.read("s", 0, 1),
      () => store.detach(subject.lease(1), 1),
      () => store.touch([], 1),
      () => store.end("s", ALWAYS, 1),
      () => store.due(1),
      () => store.listen("A", () => {}),
    ];
    for (const step of steps) {
      const error = await assertRejects(step, Error, "closed");
      assertEquals((error as SessionStoreError).code, "closed");
    }
  });

  testInterleavings(name, openTwo, options);
}

/** A store, and what its steps need. */
class Subject {
  readonly store: SessionStore;
  readonly clock: ManualClock;

  constructor(store: SessionStore, clock: ManualClock) {
    this.store = store;
    this.clock = clock;
  }

  lease(fence: number) {
    return { session: "s", fence, generation: this.store.generation };
  }

  claim(change = {}) {
    return claimWith({ have: [[this.store.generation, 0]], ...change });
  }

  step(fence: number, change = {}) {
    const nothing = { handled: 0, claim: 0, ack: 0, counter: 1, ttl: 120_000 };
    return { lease: this.lease(fence), ...nothing, replies: [], ...change };
  }

  async listen(node: string): Promise<readonly StoreNotice[]> {
    const notices: StoreNotice[] = [];
    await this.store.listen(node, (notice) => notices.push(notice));
    return notices;
  }
}

/** Notices come after the step that led to them. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
