import { assertEquals } from "@std/assert";
import { isPost } from "../../lib/boundary/guards.ts";

Deno.test("isPost() takes arrays of records, each with the id that it needs", () => {
  const close = { type: "close", id: 1, reason: "", sent: 0 };
  const ready = { type: "ready", version: 1 };
  const taken = { type: "taken", id: 2, upTo: 3 };
  const posts = [
    [],
    [{ type: "ack" }, close],
    [{ type: "watch" }],
    [ready],
    [taken, { type: "alive" }],
  ];
  for (const post of posts) {
    assertEquals(isPost(post), true, JSON.stringify(post));
  }
});

Deno.test("isPost() refuses anything else", () => {
  const wrong = [
    undefined,
    null,
    "ack",
    { type: "ack" },
    [undefined],
    [null],
    ["ack"],
    [{}],
    [{ id: 1 }],
    [{ type: 1 }],
    [{ type: "toString" }],
    [{ type: "close" }],
    [{ type: "taken", id: "1" }],
    [{ type: "taken", id: 1.5 }],
    [{ type: "alive" }, "ack"],
  ];
  for (const post of wrong) {
    assertEquals(isPost(post), false, JSON.stringify(post));
  }
});
