import { assertEquals } from "@std/assert";
import {
  type MessageWriter,
  TextLoader,
} from "../../../lib/client/errors/text_loader.ts";
import type { FailureContext } from "../../../lib/client/errors/texts.ts";
import type { Failure } from "../../../lib/connection/failure.ts";

const CONTEXT: FailureContext = {
  attempt: 1,
  url: "wss://example.com/?key=canary",
  delay: 1_000,
  secrets: ["canary"],
};
const LOST: Failure = { type: "lost", detail: "canary" };
const WRITER: MessageWriter = { messageOf: ({ type }) => `about ${type}` };

Deno.test("TextLoader.load() loads once", async () => {
  let loads = 0;
  const loader = new TextLoader(() => {
    loads += 1;
    return Promise.resolve(WRITER);
  });
  await Promise.all([loader.load(), loader.load()]);
  await loader.load();
  assertEquals([loader.messageOf(LOST, CONTEXT), loads], ["about lost", 1]);
});

Deno.test("TextLoader.messageOf() has a short text for what is not loaded yet", async () => {
  const loader = new TextLoader(() => Promise.resolve(WRITER));
  const failures: readonly Failure[] = [
    LOST,
    { type: "closed", closeCode: 4404, reason: "canary", wasClean: true },
    { type: "protocol", closeCode: 1002, detail: "canary" },
    { type: "handshake", status: 503, headers: {}, detail: "canary" },
    { type: "worker", detail: "canary", retryable: true },
  ];
  assertEquals(
    failures.map((failure) => loader.messageOf(failure, CONTEXT)),
    ["lost", "closed 4404", "protocol 1002", "handshake 503", "worker"].map((
      what,
    ) => `Failed: ${what} (the text that explains it is not loaded)`),
  );
  // It has begun to load for the next one.
  await loader.load();
  assertEquals(loader.messageOf(LOST, CONTEXT), "about lost");
});

Deno.test("TextLoader.messageOf() says what to do without a worker, in any case", () => {
  const loader = new TextLoader(() => Promise.reject(new TypeError("None")));
  const detail = 'Use worker: "none" and import "…/in-thread"';
  assertEquals(
    loader.messageOf({ type: "worker", detail, retryable: false }, CONTEXT),
    `The worker failed: ${detail}`,
  );
});

Deno.test("TextLoader.provide() loads nothing any more", async () => {
  const loader = new TextLoader(() => {
    throw new Error("It loads");
  });
  loader.provide(WRITER);
  await loader.load();
  assertEquals(loader.messageOf(LOST, CONTEXT), "about lost");
});

Deno.test("TextLoader.load() outlives a chunk that is gone, and tries again", async () => {
  const answers = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => Promise.resolve(WRITER),
  ];
  const loader = new TextLoader(() => answers.shift()!());
  await loader.load();
  assertEquals(
    loader.messageOf(LOST, CONTEXT),
    "Failed: lost (the text that explains it is not loaded)",
  );
  await loader.load();
  assertEquals(loader.messageOf(LOST, CONTEXT), "about lost");
});
