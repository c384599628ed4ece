import { assertEquals } from "@std/assert";
import type { Notice, Setup } from "../../../lib/boundary/protocol.ts";
import { ConnectionLogger } from "../../../lib/worker/posts/connection_logger.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";

const CANARY = "canary-0123456789";

function makeLogger(
  level: Setup["log"],
): { logger: ConnectionLogger; records: Notice[] } {
  const records: Notice[] = [];
  const secrets = new Secrets({ headers: {} });
  secrets.noteToken(CANARY);
  const push = (notice: Notice) => records.push(notice);
  const logger = new ConnectionLogger(3, level, { secrets, notices: { push } });
  logger.attempt = 2;
  return { logger, records };
}

Deno.test("ConnectionLogger.log() writes redacted records", () => {
  const { logger, records } = makeLogger("debug");
  logger.log("warn", `A ${CANARY}`, { text: CANARY, count: 1, flag: true });
  logger.log("info", "B");
  assertEquals(records, [
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

Deno.test("ConnectionLogger.log() writes nothing below its level", () => {
  const { logger, records } = makeLogger("warn");
  logger.log("info", "A");
  assertEquals([logger.isEnabled("info"), logger.isEnabled("warn")], [
    false,
    true,
  ]);
  const silent = makeLogger("silent");
  silent.logger.log("error", "B");
  assertEquals([...records, ...silent.records], []);
});

Deno.test("ConnectionLogger.logFrame() shows the head of a text, and no half of a secret", () => {
  const { logger, records } = makeLogger("debug");
  for (let at = 60; at < 90; at += 1) {
    logger.logFrame("<", "x".repeat(at) + CANARY.repeat(3), 1);
  }
  for (const notice of records) {
    assertEquals(JSON.stringify(notice).includes(CANARY.slice(0, 3)), false);
  }
});

Deno.test("ConnectionLogger.logFrame() shows the size of what it does not quote", () => {
  const { logger, records } = makeLogger("debug");
  logger.logFrame(">", new ArrayBuffer(5), 5);
  logger.logFrame("<", "x".repeat(100_000), 100_000);
  const shown = records.map((notice) =>
    notice.type === "log" && [notice.message, notice.fields.head]
  );
  assertEquals(shown, [["> 5 B", "binary"], ["< 100000 B", "text"]]);
});
