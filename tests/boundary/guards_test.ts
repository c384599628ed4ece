import { assertEquals } from "@std/assert";
import { isCommandPost, isNoticePost } from "../../lib/boundary/guards.ts";

Deno.test("isCommandPost() takes arrays of commands, each with the id that it needs", () => {
  const close = { type: "close", id: 1, reason: "", sent: 0 };
  for (const post of [[], [{ type: "ack" }, close], [{ type: "watch" }]]) {
    assertEquals(isCommandPost(post), true, JSON.stringify(post));
  }
});

Deno.test("isNoticePost() takes arrays of notices, each with the id that it needs", () => {
  const ready = { type: "ready", version: 1 };
  const taken = { type: "taken", id: 2, upTo: 3 };
  for (const post of [[], [ready], [taken, { type: "alive" }]]) {
    assertEquals(isNoticePost(post), true, JSON.stringify(post));
  }
});

Deno.test("isCommandPost() and isNoticePost() refuse anything else", () => {
  const wrong = [
    undefined,
    null,
    "ack",
    { type: "ack" },
    [undefined],
    ["ack"],
    [{}],
    [{ type: 1 }],
    [{ type: "toString" }],
    [{ type: "close" }],
    [{ type: "taken", id: "1" }],
    [{ type: "taken", id: 1.5 }],
  ];
  for (const post of wrong) {
    const said = [isCommandPost(post), isNoticePost(post)];
    assertEquals(said, [false, false], JSON.stringify(post));
  }
});

Deno.test("isCommandPost() takes no notice, and isNoticePost() no command", () => {
  assertEquals(isCommandPost([{ type: "taken", id: 1, upTo: 1 }]), false);
  assertEquals(isNoticePost([{ type: "abandon", id: 1 }]), false);
});
