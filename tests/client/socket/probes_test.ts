import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionLostError } from "../../../lib/client/errors/mod.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import { notOpen, Probes } from "../../../lib/client/socket/probes.ts";

const LOST = new ConnectionLostError("lost", { retryable: true });

Deno.test("Probes.start() resolves with the latency of its own answer", async () => {
  const { probes, asked, answer } = makeProbes();
  const first = probes.start(asked);
  const second = probes.start(asked);
  answer(2, { kind: "latency", latency: 20 });
  answer(1, { kind: "latency", latency: 10 });
  assertEquals(await Promise.all([first, second]), [10, 20]);
});

Deno.test("Probes.answer() rejects with what stands in the way", async () => {
  const cases = [
    [{ kind: "not-open" }, "InvalidStateError"],
    [{ kind: "paused" }, "InvalidStateError"],
    [{ kind: "unsupported" }, "NotSupportedError"],
  ] as const;
  for (const [result, name] of cases) {
    const { probes, asked, answer } = makeProbes();
    const probe = probes.start(asked);
    answer(1, result);
    const error = await assertRejects(() => probe, DOMException);
    assertEquals(error.name, name);
  }
});

Deno.test("Probes.answer() rejects with the error for a failure", async () => {
  const { probes, asked, answer } = makeProbes();
  const probe = probes.start(asked);
  const failure = { type: "lost", detail: "cable cut" } as const;
  answer(1, { kind: "failure", failure });
  assertStrictEquals(await probe.catch((error) => error), LOST);
});

Deno.test("Probes.answer() ignores an answer that nobody waits for", async () => {
  const { probes, asked, answer } = makeProbes();
  const probe = probes.start(asked);
  answer(9, { kind: "latency", latency: 90 });
  answer(9, { kind: "not-open" });
  answer(1, { kind: "latency", latency: 10 });
  // It is settled: a second answer is one that nobody waits for.
  answer(1, { kind: "not-open" });
  assertEquals(await probe, 10);
});

Deno.test("Probes.end() rejects what still waits, once", async () => {
  const { probes, asked, answer } = makeProbes();
  const probe = probes.start(asked);
  probes.end(LOST);
  answer(1, { kind: "latency", latency: 1 });
  assertStrictEquals(await probe.catch((error) => error), LOST);
});

Deno.test("notOpen() is an InvalidStateError", () => {
  assertEquals(notOpen().name, "InvalidStateError");
});

function makeProbes() {
  const probes = new Probes(() => LOST);
  const requests: number[] = [];
  return {
    probes,
    asked: (request: number) => requests.push(request),
    answer: (request: number, result: NoticeOf<"probed">["result"]) =>
      probes.answer({ type: "probed", id: 1, after: 0, request, result }),
  };
}
