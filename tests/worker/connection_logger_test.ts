import { assertEquals } from "@std/assert";
import type { Notice, Setup } from "../../lib/boundary/protocol.ts";
import { ConnectionLogger } from "../../lib/worker/connection_logger.ts";
import { Secrets } from "../../lib/worker/attempt/secrets.ts";

const CANARY = "canary-0123456789";

function makeJournal(
  level: Setup["log"],
): { journal: ConnectionLogger; told: Notice[] } {
  const told: Notice[] = [];
  const secrets = new Secrets({ headers: {} });
  secrets.noteToken(CANARY);
  const push = (notice: Notice) => told.push(notice);
  return {
    journal: new ConnectionLogger(3, level, {
      push,
      secrets,
      attempt: () => 2,
    }),
    told,
  };
}

Deno.test("Journal.write() writes redacted records", () => {
  const { journal, told } = makeJournal("debug");
  journal.log("warn", `A ${CANARY}`, { text: CANARY, count: 1, flag: true });
  journal.log("info", "B");
  assertEquals(told, [
    {
      type: "log",
      id: 3,
      level: "warn",
      message: "A …",
      fields: { attempt: 2, text: "…", count: 1, flag: true },
    },
    { type: "log", id: 3, level: "info", message: "B", fields: { attempt: 2 } },
  ]);
});

Deno.test("Journal.write() writes nothing that nobody reads", () => {
  const { journal, told } = makeJournal("warn");
  journal.log("info", "A");
  assertEquals([journal.isEnabled("info"), journal.isEnabled("warn")], [
    false,
    true,
  ]);
  const silent = makeJournal("silent");
  silent.journal.log("error", "B");
  assertEquals([...told, ...silent.told], []);
});

Deno.test("Journal.frame() shows the head of a text, and no half of a secret", () => {
  const { journal, told } = makeJournal("debug");
  for (let at = 60; at < 90; at += 1) {
    journal.logFrame("<", "x".repeat(at) + CANARY.repeat(3), 1);
  }
  for (const notice of told) {
    assertEquals(JSON.stringify(notice).includes(CANARY.slice(0, 3)), false);
  }
});

Deno.test("Journal.frame() tells the size of what it does not show", () => {
  const { journal, told } = makeJournal("debug");
  journal.logFrame(">", new ArrayBuffer(5), 5);
  journal.logFrame("<", "x".repeat(100_000), 100_000);
  const shown = told.map((notice) =>
    notice.type === "log" && [notice.message, notice.fields.head]
  );
  assertEquals(shown, [["> 5 B", "binary"], ["< 100000 B", "text"]]);
});
