import { assertEquals } from "@std/assert";
import {
  abandon,
  notify,
  probed,
  refuseProbes,
  status,
} from "../../lib/connection/effects.ts";
import { newHeartbeat, probe } from "../../lib/connection/heartbeat.ts";
import { AGREED, CONFIG } from "./machine.ts";

Deno.test("abandon() sends 1000 unless a code is given", () => {
  assertEquals(abandon(3), {
    type: "abandon",
    socket: 3,
    closeCode: 1000,
    reason: "",
  });
  assertEquals(abandon(3, 1011, "why"), {
    type: "abandon",
    socket: 3,
    closeCode: 1011,
    reason: "why",
  });
});

Deno.test("refuseProbes() answers each request of a probe", () => {
  const heartbeat = newHeartbeat(0, { config: CONFIG, ...AGREED });
  assertEquals(refuseProbes(heartbeat, { kind: "not-open" }), []);
  const asked = probe(heartbeat, 0, { config: CONFIG, requests: [4, 5] });
  assertEquals(refuseProbes(asked, { kind: "not-open" }), [
    probed(4, { kind: "not-open" }),
    probed(5, { kind: "not-open" }),
  ]);
});

Deno.test("probed() notifies of a result", () => {
  const result = { kind: "latency", latency: 3 } as const;
  assertEquals(
    probed(1, result),
    notify({ type: "probed", request: 1, result }),
  );
});

Deno.test("status() has a delay only where there is one", () => {
  assertEquals(
    status("open", 2),
    notify({ type: "status", status: { kind: "open", attempt: 2 } }),
  );
  assertEquals(
    status("waiting", 2, 0),
    notify({
      type: "status",
      status: { kind: "waiting", attempt: 2, delay: 0 },
    }),
  );
});

Deno.test("notify() wraps a notification", () => {
  const notification = { type: "heartbeat", latency: 1 } as const;
  assertEquals(notify(notification), { type: "notify", notification });
});
