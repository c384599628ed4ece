import { assertEquals } from "@std/assert";
import {
  acceptAnswer,
  appendAnswer,
  attachAnswer,
  endAnswer,
  numberOf,
  storedOf,
} from "../../../../lib/server/stores/redis/answers.ts";
import { claimWith } from "../../../session/store/records.ts";

/** Texts as Redis sends them. */
function replyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(replyOf);
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}

Deno.test("attachAnswer() reads what a resume led to", () => {
  const read = (...reply: readonly unknown[]) =>
    attachAnswer(replyOf(reply), claimWith());
  const numbers = [2, 3, 4, 5, 6, 7, 8, 9];
  const texts = ["g1:1,g2:7", "chat", "g2", "A"];
  assertEquals(read("attached", ...numbers, ...texts, 10), {
    kind: "attached",
    lease: { session: "s", fence: 2, generation: "g2" },
    ...{ accepted: 3, at: 4, uncertain: 5, trimmed: 6, last: 7, bytes: 10 },
    ...{ orphans: 8, forgotten: 9, meta: "chat", holder: "A" },
    lineage: [{ generation: "g1", first: 1 }, { generation: "g2", first: 7 }],
  });
  assertEquals(read("busy", "A"), { kind: "busy", node: "A" });
  assertEquals(read("refused", "stale"), { kind: "refused", why: "stale" });
  assertEquals(read("refused", "ended", 1, 2, 3, 4), {
    ...{ kind: "refused", why: "ended" },
    fate: { got: 1, uncertain: 2, at: 3, last: 4 },
  });
});

Deno.test("appendAnswer() reads what became of messages", () => {
  const read = (...reply: readonly unknown[]) => appendAnswer(replyOf(reply));
  const appended = {
    kind: "appended",
    first: 1,
    last: 2,
    dropped: 3,
    bytes: 4,
  };
  assertEquals<unknown>(read("appended", 1, 2, 3, 4, "A"), {
    ...{ ...appended, node: "A" },
  });
  assertEquals<unknown>(read("appended", 1, 2, 3, 4, ""), {
    ...{ ...appended, node: undefined },
  });
  assertEquals(read("full", 1, 2), { kind: "full", messages: 1, bytes: 2 });
  assertEquals(read("too-large", 9), { kind: "too-large", maxMessage: 9 });
  assertEquals(read("gone"), { kind: "gone" });
});

Deno.test("acceptAnswer() and endAnswer() read what became of a step", () => {
  assertEquals(acceptAnswer(replyOf(["accepted", 7, 9])), {
    ...{ kind: "accepted", last: 7, bytes: 9 },
  });
  assertEquals(acceptAnswer(replyOf(["fenced"])).kind, "fenced");
  assertEquals(acceptAnswer(replyOf(["gone"])).kind, "gone");
  const left = [["3-0", ["n", "9", "t", "abc"]]];
  assertEquals(endAnswer(replyOf(["ended", 1, 2, "", left])), {
    ...{ kind: "ended", accepted: 1, claimed: 2, node: undefined },
    unconsumed: [{ seq: 3, data: "abc", bytes: 3 }],
  });
  assertEquals(endAnswer(replyOf(["fenced"])).kind, "fenced");
  assertEquals(endAnswer(replyOf(["gone"])).kind, "gone");
});

Deno.test("storedOf() gives text and binary data back", () => {
  const text = ["4-0", ["n", "9", "t", "\ufeffä"]];
  const binary = ["5-0", ["n", "9", "b", "t"]];
  assertEquals(storedOf(replyOf([text, binary])), [
    { seq: 4, data: "\ufeffä", bytes: 5 },
    { seq: 5, data: new Uint8Array([116]), bytes: 1 },
  ]);
  assertEquals(storedOf(null), []);
});

Deno.test("numberOf() reads numbers of either protocol", () => {
  assertEquals([numberOf(7), numberOf(replyOf("8")), numberOf("9")], [7, 8, 9]);
});
