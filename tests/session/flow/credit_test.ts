import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  acknowledge,
  type Credit,
  extend,
  isViolation,
  maySend,
  skipTo,
  spend,
  spendOn,
  startCredit,
} from "../../../lib/session/flow/credit.ts";

function valid(result: ReturnType<typeof acknowledge>): Credit {
  assert(!isViolation(result));
  return result;
}

Deno.test("maySend() ends with the messages that the peer granted", () => {
  let credit = startCredit(5, [2, 100]);
  assertEquals(credit.next, 6);
  credit = spend(spend(credit, 10), 10);
  assertEquals(maySend(credit, 10), false);
  credit = valid(extend(credit, { maxSeq: 8, maxBytes: 100 }));
  assertEquals(maySend(credit, 10), true);
});

Deno.test("maySend() ends with the bytes that the peer granted", () => {
  const credit = spend(startCredit(0, [10, 100]), 60);
  assertEquals([maySend(credit, 40), maySend(credit, 41)], [true, false]);
});

Deno.test("maySend() lets a message larger than the window go alone", () => {
  const fresh = startCredit(0, [10, 100]);
  assertEquals(maySend(fresh, 1_000), true);
  const first = spend(fresh, 1);
  assertEquals(maySend(first, 1_000), false);
  assertEquals(maySend(valid(acknowledge(first, 1)), 1_000), true);
});

Deno.test("maySend() lets nothing go without a message granted", () => {
  assertEquals(maySend(startCredit(0, [0, 100]), 1), false);
});

Deno.test("spendOn() sends as many as maySend() lets go one by one", () => {
  const messages = [40, 50, 20, 1].map((bytes) => ({ bytes }));
  const credit = startCredit(0, [3, 100]);
  const spent = spendOn(credit, messages);
  assertEquals(spent, { count: 2, credit: spend(spend(credit, 40), 50) });
  const alone = spendOn(startCredit(0, [2, 10]), messages);
  assertEquals([alone.count, alone.credit.bytes], [1, 40]);
  const granted = spendOn(startCredit(0, [3, 1_000]), messages);
  assertEquals([granted.count, granted.credit.next], [3, 4]);
});

Deno.test("spendOn() leaves the credit as it is where nothing may go", () => {
  const credit = startCredit(0, [0, 100]);
  assertStrictEquals(spendOn(credit, [{ bytes: 1 }]).credit, credit);
  assertEquals(spendOn(credit, []).count, 0);
});

Deno.test("acknowledge() refuses what was never sent, and steps back", () => {
  const credit = spend(spend(startCredit(0, [10, 100]), 1), 1);
  assert(isViolation(acknowledge(credit, 3)));
  const acked = valid(acknowledge(credit, 2));
  assertEquals(acked.acked, 2);
  assertEquals(acknowledge(acked, 2), acked);
  assert(isViolation(acknowledge(acked, 1)));
});

Deno.test("extend() refuses credit that shrinks", () => {
  const credit = startCredit(0, [10, 100]);
  assert(isViolation(extend(credit, { maxSeq: 9, maxBytes: 100 })));
  assert(isViolation(extend(credit, { maxSeq: 10, maxBytes: 99 })));
});

Deno.test("skipTo() goes on behind numbers that never come", () => {
  assertEquals(skipTo(startCredit(0, [10, 100]), 4).next, 5);
});
