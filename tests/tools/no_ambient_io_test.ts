import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint/no_ambient_io.ts";

function namesIn(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ range }) =>
    source.slice(...range)
  );
}

Deno.test("no-ambient-io reports clocks, randomness and I/O", () => {
  const source = `
    const started = Date.now();
    const later = performance.now() + Math.random();
    const { random } = Math;
    const clock = { performance };
    const now = globalThis["Date"];
    const id = crypto.randomUUID();
    new WebSocket("ws://localhost");
    setTimeout(() => console.log(Deno.pid), 1);
    fetch as unknown;
    AbortSignal.timeout(1);
    class Clock extends Date {}
  `;
  assertEquals([...new Set(namesIn("lib/queue/outbox.ts", source))], [
    "Date",
    "performance",
    "Math",
    "globalThis",
    "crypto",
    "WebSocket",
    "setTimeout",
    "console",
    "Deno",
    "fetch",
    "AbortSignal",
  ]);
});

Deno.test("no-ambient-io is not confused by names that objects inherit", () => {
  const source = "const { constructor } = value; f(constructor, toString);";
  assertEquals(namesIn("lib/messages/format/safe_tree.ts", source), []);
});

Deno.test("no-ambient-io leaves types, members, keys and text alone", () => {
  const source = `
    // Date.now() and setTimeout() in a comment
    import { fetch as load } from "./load.ts";
    type Socket = WebSocket | typeof WebSocket | Deno.Conn;
    interface Clock { performance(): number; readonly Date: Date }
    const text = "performance.now()";
    const record = { fetch: 1, console() {} };
    record.fetch + record.console + Math.max(1, 2);
    class Driver { setTimeout = 1; clearTimeout() {} }
    new AbortController();
  `;
  assertEquals(namesIn("lib/queue/outbox.ts", source), []);
});

Deno.test("no-ambient-io allows the files that perform effects", () => {
  const cases: readonly [path: string, count: number][] = [
    ["lib/worker/connection/driver.ts", 1],
    ["lib/platform/clock.ts", 0],
    ["lib/transport/native/native_transport.ts", 0],
    ["lib/client/workers/worker_host.ts", 0],
    ["lib/cli/mod.ts", 0],
    ["tests/queue/outbox_test.ts", 0],
    ["lib/worker/hub.ts", 1],
    ["lib/boundary/protocol.ts", 1],
    ["lib/messages/mod.ts", 1],
  ];
  for (const [path, count] of cases) {
    assertEquals(namesIn(path, "Date.now();").length, count, path);
  }
});
