import { assertEquals } from "@std/assert";
import type { Ending, Hooks } from "../../../lib/worker/attempt/hooks.ts";
import {
  classifyEnding,
  type SocketEnd,
} from "../../../lib/worker/features/classify.ts";

const END: SocketEnd = {
  info: { closeCode: 4001, reason: "why", wasClean: true },
  failure: undefined,
};

function makeLog() {
  const records: unknown[] = [];
  const log = (...record: unknown[]) => records.push(record);
  return { logger: { log }, records };
}

Deno.test("classifyEnding() tells the hook how it ended", () => {
  const endings: Ending[] = [];
  const hooks: Hooks = {
    classify: (ending) => {
      endings.push(ending);
      return "fatal";
    },
  };
  const { logger } = makeLog();
  assertEquals(classifyEnding(hooks, END, logger), "fatal");
  const failure = {
    type: "handshake",
    status: 418,
    headers: {},
    detail: "",
  } as const;
  classifyEnding(hooks, { ...END, failure }, logger);
  assertEquals(endings, [
    { closeCode: 4001, reason: "why" },
    { closeCode: 4001, reason: "why", status: 418 },
  ]);
});

Deno.test("classifyEnding() has no verdict without a hook, or without its opinion", () => {
  const { logger, records } = makeLog();
  assertEquals(classifyEnding({}, END, logger), undefined);
  const hooks: Hooks = { classify: () => undefined };
  assertEquals(classifyEnding(hooks, END, logger), undefined);
  assertEquals(records, []);
});

Deno.test("classifyEnding() logs a hook that throws or gives something else", () => {
  const { logger, records } = makeLog();
  const throws: Hooks = {
    classify: () => {
      throw new RangeError("no");
    },
  };
  // A module in JavaScript can give anything.
  const late = { classify: () => Promise.resolve("fatal") } as unknown as Hooks;
  assertEquals(classifyEnding(throws, END, logger), undefined);
  assertEquals(classifyEnding(late, END, logger), undefined);
  const message = "The hook classify() failed";
  const wanted = `The verdict must be "retry", "fatal" or undefined`;
  assertEquals(records, [
    ["error", message, { error: "HookError: RangeError: no" }],
    ["error", message, {
      error: `HookError: TypeError: ${wanted}, not of type object`,
    }],
  ]);
});
