import { assertEquals } from "@std/assert";
import {
  startLater,
  type StartWorkerPort,
} from "../../../lib/client/workers/worker_port.ts";

const LISTENER = { post() {}, failed() {} };

Deno.test("startLater() posts what came while its code was loaded, in order", async () => {
  const log: unknown[] = [];
  const loaded = Promise.withResolvers<StartWorkerPort>();
  const ended = Promise.withResolvers<void>();
  const port = startLater(() => loaded.promise)(LISTENER, 2);
  port.post([{ type: "watch" }], []);
  port.post([{ type: "ack" }], []);
  port.end();
  assertEquals(log, []);
  loaded.resolve((listener, failures) => {
    log.push(listener === LISTENER, failures);
    return {
      post: ([record]) => log.push(record?.type),
      end: () => {
        log.push("end");
        ended.resolve();
      },
    };
  });
  await ended.promise;
  assertEquals(log, [true, 2, "watch", "ack", "end"]);
});

Deno.test("startLater() says that it could not be loaded or started", async () => {
  const failures = [
    [new Error("Gone"), "Gone"],
    ["Gone", "Gone"],
  ] as const;
  for (const [thrown, expected] of failures) {
    for (
      const load of [
        () => Promise.reject(thrown),
        () =>
          Promise.resolve(() => {
            throw thrown;
          }),
      ]
    ) {
      const failed = Promise.withResolvers<string>();
      startLater(load)({ post() {}, failed: failed.resolve }, 0);
      assertEquals(await failed.promise, expected);
    }
  }
});
