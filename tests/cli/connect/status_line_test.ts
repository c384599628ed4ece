import { assertEquals } from "@std/assert";
import { statusLine, toneOf } from "../../../lib/cli/connect/status_line.ts";
import type { Status } from "../../../mod.ts";

const NONE = { messages: 0, bytes: 0 };
const METRICS = { sent: NONE, received: NONE, outbox: NONE };
const NOW = 1_000_000;

function line(
  status: Pick<Status, "kind" | "attempt" | "retryAt">,
  facts: Partial<Parameters<typeof statusLine>[0]> = {},
): string {
  return statusLine({
    status: { worker: "shared", ...status },
    metrics: METRICS,
    latency: undefined,
    url: "ws://a/",
    now: NOW,
    ...facts,
  });
}

Deno.test("statusLine() shows state, latency, queue, counts and URL", () => {
  assertEquals(
    line({ kind: "open", attempt: 1 }, {
      latency: 12.345,
      metrics: {
        sent: { messages: 1, bytes: 9 },
        received: { messages: 2, bytes: 9 },
        outbox: { messages: 3, bytes: 9 },
      },
    }),
    "[open] · 12.3 ms · 3 queued · 1 sent · 2 received · ws://a/",
  );
});

for (
  const [status, text] of [
    [{ kind: "idle", attempt: 0 }, "idle"],
    [{ kind: "connecting", attempt: 1 }, "connecting"],
    [{ kind: "connecting", attempt: 2 }, "connecting, attempt 2"],
    [
      { kind: "waiting", attempt: 1, retryAt: NOW + 1_250 },
      "waiting, next attempt in 1.3 s",
    ],
    [
      { kind: "waiting", attempt: 1, retryAt: NOW - 1 },
      "waiting, next attempt in 0.0 s",
    ],
    [{ kind: "waiting", attempt: 1, retryAt: Infinity }, "waiting, offline"],
    [{ kind: "waiting", attempt: 1 }, "waiting, offline"],
    [{ kind: "closing", attempt: 1 }, "closing"],
    [{ kind: "closed", attempt: 1 }, "closed"],
  ] as const
) {
  Deno.test(`statusLine() begins with [${text}]`, () => {
    assertEquals(line(status), `[${text}] · 0 sent · 0 received · ws://a/`);
  });
}

Deno.test("toneOf() marks what is good and what is bad", () => {
  const tones = (["open", "waiting", "closed"] as const).map((kind) =>
    toneOf({ kind, attempt: 1, worker: "none" })
  );
  assertEquals(tones, ["good", "bad", "quiet"]);
});
