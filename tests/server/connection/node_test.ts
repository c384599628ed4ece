import { assertEquals } from "@std/assert";
import {
  callApplication,
  endedInfo,
} from "../../../lib/server/connection/node.ts";
import { noting } from "../nodes.ts";

Deno.test("callApplication() logs what a function throws, now or later", async () => {
  const records: string[] = [];
  const logger = noting(records);
  callApplication(logger, () => {
    throw new Error("Now");
  });
  callApplication(logger, () => Promise.reject(new Error("Later")));
  callApplication(logger, () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const failed = "error A session handler failed";
  assertEquals(records, [failed, failed]);
});

Deno.test("endedInfo() tells what an application may know of an end", () => {
  const answer = {
    ...{ kind: "ended", accepted: 3, claimed: 4, unconsumed: [] },
    node: "A",
  } as const;
  const info = { why: "bye", accepted: 3, unconsumed: [] } as const;
  assertEquals(endedInfo("bye", answer), info);
});
