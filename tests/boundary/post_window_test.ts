import { assertEquals } from "@std/assert";
import {
  POST_WINDOW,
  PostWindow,
  wantsAck,
} from "../../lib/boundary/post_window.ts";
import type { Command } from "../../lib/boundary/protocol.ts";

const PROBE: Command = { type: "probe", id: 1, request: 1 };
const WATCH: Command = { type: "watch" };
const ACK: Command = { type: "ack" };

Deno.test("wantsAck() leaves out answers, connects and signs of life", () => {
  const taken = { type: "taken", id: 1, upTo: 1 } as const;
  assertEquals(wantsAck([]), false);
  assertEquals(wantsAck([ACK, taken, WATCH, { type: "alive" }]), false);
  assertEquals(wantsAck([{ type: "ready", version: 1 }]), false);
  assertEquals(wantsAck([ACK, PROBE]), true);
});

Deno.test("PostWindow.take() closes the window after so many posts", () => {
  const window = new PostWindow();
  for (let post = 1; post < POST_WINDOW; post += 1) window.take([PROBE]);
  assertEquals(window.isOpen, true);
  window.take([PROBE]);
  assertEquals(window.isOpen, false);
});

Deno.test("PostWindow.take() counts no post that is not acknowledged", () => {
  const window = new PostWindow();
  for (let post = 0; post <= POST_WINDOW; post += 1) window.take([ACK]);
  assertEquals(window.isOpen, true);
});

Deno.test("PostWindow.acknowledge() makes room for one post", () => {
  const window = new PostWindow();
  for (let post = 0; post < POST_WINDOW; post += 1) window.take([PROBE]);
  window.acknowledge();
  assertEquals(window.isOpen, true);
  window.take([PROBE]);
  assertEquals(window.isOpen, false);
});
