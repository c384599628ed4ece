import { assert, assertEquals } from "@std/assert";
import { flood, soak } from "./main.ts";
import { judge } from "./report.ts";

Deno.test("ReconnectingWebSocket() leaves nothing behind after 500 reconnects and 200,000 messages", async () => {
  const { report, warnings } = await soak({
    reconnects: 500,
    messages: 200_000,
  });
  assertEquals(judge(report), []);
  assertEquals(warnings, "");
  assertEquals(report.left.timers, 0);
  const exchanged = report.balances.reduce(
    (sum, { arrived, received }) => sum + arrived + received,
    0,
  );
  assert(exchanged >= 200_000, `${exchanged}`);
});

for (const reader of ["events", "iterator"] as const) {
  Deno.test(`ReconnectingWebSocket() accounts for 100,000 messages each way with pauses, closes and reconnects (${reader})`, async () => {
    const { report } = await soak({
      reconnects: 300,
      messages: 200_000,
      around: 150,
      reader,
      closeEvery: 10,
      pauses: 0.3,
    });
    for (const { lostInSilence, disordered } of report.balances) {
      assertEquals([lostInSilence, disordered], [0, 0]);
    }
    assertEquals(report.rejections, 0);
  });
}

Deno.test("ReconnectingWebSocket() holds a flood of 256 MiB while the main thread is blocked, and loses nothing", async () => {
  const { blockedMiB, messages, received, disordered, disconnects } =
    await flood(256);
  assertEquals([received, disordered, disconnects], [messages, 0, 0]);
  // The default bound of the inbox is 64 MiB.
  assert(blockedMiB <= 64 + 64, `${blockedMiB} MiB`);
});
