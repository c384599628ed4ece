import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  provideInThread,
  startInThread,
} from "../../../lib/client/workers/in_thread_port.ts";
import type { Command } from "../../../lib/boundary/protocol.ts";
import { runBundle, WITHOUT_WORKER } from "../bundle.ts";

Deno.test("provideInThread() gives the code that startInThread() runs", async () => {
  const log: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  provideInThread(({ post }) => ({
    post: (records) => post(records),
    end: () => ended.resolve(),
  }));
  const post = (data: unknown) => log.push(data);
  const port = startInThread({ post, failed: ended.reject }, 0);
  const ack: Command = { type: "ack" };
  port.post([ack], []);
  port.end();
  await ended.promise;
  assertEquals(log, [[ack]]);
});

Deno.test("startInThread() says in a bundle what has to be imported", async () => {
  const output = await runBundle(WITHOUT_WORKER);
  assertStringIncludes(output, "WorkerError");
  assertStringIncludes(output, 'import "@holdfast/websocket/in-thread"');
});
