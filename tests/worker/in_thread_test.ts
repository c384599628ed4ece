import { assertEquals } from "@std/assert";
import type { Notice } from "../../lib/boundary/protocol.ts";
import { serveInThread } from "../../lib/worker/in_thread.ts";

Deno.test("serveInThread() serves a client on its own thread, until it ends", async () => {
  const types: string[] = [];
  const heard = Promise.withResolvers<void>();
  const port = serveInThread({
    post: (data) => {
      types.push(...(data as readonly Notice[]).map(({ type }) => type));
      if (types.includes("alive")) heard.resolve();
    },
    failed: heard.reject,
  });
  port.post([{ type: "watch" }], []);
  await heard.promise;
  assertEquals(types, ["ready", "ready", "alive"]);
  port.end();
});
