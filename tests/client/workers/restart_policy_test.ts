import { assert, assertEquals } from "@std/assert";
import {
  neverReady,
  NO_REASON,
  RestartPolicy,
} from "../../../lib/client/workers/restart_policy.ts";

const BUSY =
  "Import 'https://x.test/worker.js' failed: 503 Service Unavailable";

/** A policy that always waits as long as it may. */
function patient(): RestartPolicy {
  return new RestartPolicy(() => 1);
}

Deno.test("RestartPolicy.crashed() doubles the delay, and ends after five in a row", () => {
  const policy = patient();
  const verdicts = [1, 2, 3, 4, 5].map(() => policy.crashed(0, "Boom"));
  assertEquals(
    verdicts.map((verdict) => verdict.kind === "restart" && verdict.delay),
    [100, 200, 400, 800, false],
  );
  assertEquals(verdicts.at(-1), {
    kind: "end",
    detail: "The worker crashed 5 times in a row: Boom",
  });
});

Deno.test("RestartPolicy.crashed() forgets crashes before 30 s of life", () => {
  const policy = patient();
  for (let crash = 0; crash < 20; crash += 1) {
    assertEquals(policy.crashed(30_000, "Boom").kind, "restart");
  }
  assertEquals(policy.crashes, 1);
});

Deno.test("RestartPolicy.suspectsConnections is true from the second crash in a row on", () => {
  const policy = patient();
  policy.crashed(0, "Boom");
  assertEquals(policy.suspectsConnections, false);
  policy.crashed(0, "Boom");
  assertEquals(policy.suspectsConnections, true);
  policy.reset();
  assertEquals([policy.suspectsConnections, policy.crashes], [false, 0]);
  assertEquals(new RestartPolicy(() => 1, 4).suspectsConnections, true);
});

Deno.test("RestartPolicy.failures counts what failed in a row, whatever it was", () => {
  const policy = patient();
  assertEquals(policy.failures, 0);
  policy.crashed(0, "Boom");
  policy.crashed(0, "Cannot load the transport");
  policy.startFailed(BUSY, "online");
  assertEquals(policy.failures, 3);
  policy.started();
  assertEquals(policy.failures, 2);
  policy.reset();
  assertEquals(policy.failures, 0);
});

Deno.test("RestartPolicy.afterCrash() waits 30 s at most", () => {
  const { delay } = new RestartPolicy(() => 1, 100).afterCrash("Boom");
  assertEquals(delay, 30_000);
});

Deno.test("RestartPolicy.startFailed() tries again what passes, for ever", () => {
  const passing = [
    BUSY,
    "Import 'https://x.test/' failed: 429 Too Many Requests",
    "Import 'https://x.test/' failed.\n 0: error sending request for url",
    "It was not ready within 10000 ms",
  ];
  for (const detail of passing) {
    const policy = patient();
    for (let start = 0; start < 50; start += 1) {
      const verdict = policy.startFailed(detail, "online");
      assert(verdict.kind === "restart" && verdict.delay <= 30_000, detail);
    }
  }
});

Deno.test("RestartPolicy.crashed() tries again what could not be downloaded, for ever", () => {
  const policy = patient();
  const delays = Array.from({ length: 10 }, () => {
    const verdict = policy.crashed(0, `Cannot load the transport: ${BUSY}`);
    policy.started();
    return verdict.kind === "restart" && verdict.delay;
  });
  assertEquals(delays.slice(0, 3), [500, 1_000, 2_000]);
  assertEquals([delays.at(-1), policy.crashes], [30_000, 0]);
  const verdict = policy.crashed(30_000, `Cannot load the transport: ${BUSY}`);
  assertEquals(verdict.kind === "restart" && verdict.delay, 500);
});

Deno.test("RestartPolicy.startFactor doubles with each start that fails, up to eight times", () => {
  const policy = patient();
  const startFactor = [1, 2, 3, 4, 5].map(() => {
    const { startFactor } = policy;
    policy.startFailed("It was not ready within 10000 ms", "online");
    return startFactor;
  });
  assertEquals(startFactor, [1, 2, 4, 8, 8]);
  policy.started();
  assertEquals(policy.startFactor, 1);
});

Deno.test("RestartPolicy.startFailed() ends what can never work at once", () => {
  const permanent = [
    'Module not found "https://x.test/worker.js".',
    "Import 'https://x.test/worker.js' failed: 403 Forbidden",
    "SyntaxError: Unexpected token '<'",
    'Requires read access to "worker.ts"',
    "Failed to construct 'Worker': denied by the Content Security Policy",
  ];
  for (const detail of permanent) {
    assertEquals(patient().startFailed(detail, "online").kind, "end", detail);
  }
});

Deno.test("RestartPolicy.startFailed() tries without a reason five times, offline for ever", () => {
  const policy = patient();
  for (let start = 0; start < 20; start += 1) {
    assertEquals(policy.startFailed(NO_REASON, "offline").kind, "restart");
  }
  policy.started();
  const kinds = [1, 2, 3, 4, 5].map(() =>
    policy.startFailed(NO_REASON, "online").kind
  );
  assertEquals(kinds, ["restart", "restart", "restart", "restart", "end"]);
});

Deno.test("neverReady() leaves the advice to the message of the error", () => {
  assertEquals(neverReady("404"), {
    kind: "end",
    detail: "The worker could not be started: 404",
    advice: "start",
  });
});
