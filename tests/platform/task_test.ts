import { assertEquals } from "@std/assert";
import { byMessages, queueTask } from "../../lib/platform/task.ts";

/** A chain of promises as long as this. */
async function chain(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await undefined;
}

Deno.test("queueTask() runs in order, after all promise reactions", async () => {
  const log: string[] = [];
  await new Promise<void>((resolve) => {
    queueTask(() => {
      log.push("first");
      chain(50).then(() => log.push("reaction"));
      queueTask(() => log.push("second"));
      queueTask(resolve);
    });
  });
  assertEquals(log, ["first", "reaction", "second"]);
});

Deno.test("byMessages() runs in order", async () => {
  const { run, close } = byMessages();
  const log: string[] = [];
  await new Promise<void>((resolve) => {
    run(() => log.push("first"));
    run(() => log.push("second"));
    run(resolve);
  });
  close();
  assertEquals(log, ["first", "second"]);
});
