import { assertEquals } from "@std/assert";
import { POST_WINDOW } from "../../../lib/boundary/post_window.ts";
import type { Command, Notice } from "../../../lib/boundary/protocol.ts";
import {
  type Post,
  PostSender,
  type PostSource,
} from "../../../lib/client/workers/post_sender.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

const NOTICE: Notice = { type: "crashed", detail: "" };

Deno.test("PostSender.send() posts at once, and gathers the rest of the task", async () => {
  const { sender, posts } = makeSender();
  for (const request of [1, 2, 3]) sender.send(probe(request));
  assertEquals(posts, [[probe(1)]]);
  await undefined;
  assertEquals(posts, [[probe(1)], [probe(2), probe(3)]]);
});

Deno.test("PostSender.send() gathers while the window is full, until an ack", async () => {
  const { sender, posts } = makeSender();
  for (let request = 0; request < 10; request += 1) {
    sender.send(probe(request));
    await undefined;
  }
  assertEquals(posts.length, POST_WINDOW);
  sender.hold();
  sender.acknowledge();
  sender.release([{ type: "ack" }]);
  assertEquals(posts.length, POST_WINDOW + 1);
  assertEquals(posts.at(-1)?.length, 10 - POST_WINDOW);
});

Deno.test("PostSender.release() sends an ack with all that the post gave rise to", async () => {
  const { sender, posts } = makeSender();
  sender.hold();
  sender.send(probe(1));
  assertEquals(posts, []);
  sender.release([NOTICE]);
  assertEquals(posts, [[{ type: "ack" }, probe(1)]]);
  await undefined;
  sender.hold();
  sender.release([{ type: "taken", id: 1, upTo: 1 }]);
  assertEquals(posts.length, 1, "a post of answers is not acknowledged");
});

Deno.test("PostSender.release() acknowledges even while the window is full", async () => {
  const { sender, posts } = makeSender();
  for (let request = 0; request < 10; request += 1) {
    sender.send(probe(request));
    await undefined;
  }
  sender.hold();
  sender.release([NOTICE]);
  assertEquals(posts.at(-1), [{ type: "ack" }]);
});

Deno.test("PostSender.send() holds nothing back for a listener that takes long", () => {
  const { sender, posts, clock } = makeSender();
  sender.hold();
  sender.send(probe(1));
  clock.advance(10);
  sender.send(probe(2));
  assertEquals(posts, [[probe(1), probe(2)]]);
});

Deno.test("PostSender.requestTurn() lets sources take turns within a post", () => {
  const { sender, posts } = makeSender();
  sender.hold();
  const turns: string[] = [];
  for (const name of ["a", "b"]) {
    sender.requestTurn(source(3, () => turns.push(name)));
  }
  sender.release([NOTICE]);
  assertEquals(turns, ["a", "b", "a", "b", "a", "b"]);
  assertEquals(posts.length, 1);
});

Deno.test("PostSender.requestTurn() ends a post that is large, and goes on with the next", () => {
  const { sender, posts } = makeSender();
  sender.hold();
  sender.requestTurn({
    fill: (post) => {
      post.records.push(probe(0));
      post.messages += 4_096;
      return posts.length < 2 ? "more" : "done";
    },
  });
  sender.release([NOTICE]);
  assertEquals(posts.map((post) => post.length), [2, 1, 1]);
});

Deno.test("PostSender.requestTurn() from within a turn never overtakes", async () => {
  for (const start of ["release", "long listener", "microtask"] as const) {
    const { sender, posts, clock } = makeSender();
    const other = source(1, () => {});
    if (start === "microtask") sender.send(probe(1));
    else sender.hold();
    if (start === "long listener") clock.advance(10);
    sender.requestTurn({
      fill: (post) => {
        clock.advance(10);
        sender.requestTurn(other);
        post.records.push(probe(2));
        return "done";
      },
    });
    if (start === "release") sender.release([]);
    await undefined;
    const records = posts.flat();
    const expected = start === "microtask" ? [1, 2, 0] : [2, 0];
    assertEquals(records, expected.map(probe), start);
  }
});

Deno.test("PostSender.withdraw() takes a request back", async () => {
  const { sender, posts } = makeSender();
  sender.hold();
  const withdrawn = source(1, () => posts.push([]));
  sender.requestTurn(withdrawn);
  sender.withdraw(withdrawn);
  sender.release([]);
  await undefined;
  assertEquals(posts, []);
});

Deno.test("PostSender.staged comes before all turns, with what it transfers", () => {
  const { sender, posts, transfers } = makeSender();
  sender.hold();
  sender.requestTurn(source(1, () => {}));
  const buffer = new ArrayBuffer(1);
  sender.staged.transfer.push(buffer);
  sender.staged.records.push(probe(1));
  sender.send(probe(2));
  sender.release([]);
  assertEquals(posts, [[probe(1), probe(2), probe(0)]]);
  assertEquals(transfers, [[buffer]]);
});

function makeSender() {
  const clock = new ManualClock();
  const posts: (readonly Command[])[] = [];
  const transfers: (readonly ArrayBuffer[])[] = [];
  const sender = new PostSender({
    post: (records, transfer) => {
      posts.push(records);
      transfers.push(transfer);
    },
  }, clock);
  return { clock, posts, transfers, sender };
}

function probe(request: number): Command {
  return { type: "probe", id: 1, request };
}

/** A source with so many turns. */
function source(turns: number, onTurn: () => void): PostSource {
  let left = turns;
  return {
    fill(post: Post) {
      onTurn();
      post.records.push(probe(0));
      left -= 1;
      return left > 0 ? "more" : "done";
    },
  };
}
