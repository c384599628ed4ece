/**
 * The common suite, in the runtime that runs it.
 *
 * ```sh
 * node main.ts node 127.0.0.1:8080
 * ```
 *
 * It prints a line of JSON for each case, and the figures at the end.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import type { Abilities, Case, Seen, Stage } from "./case.ts";
import { CONNECTIONS } from "./connections.ts";
import { measure } from "./figures.ts";
import { ISOLATION } from "./isolation.ts";
import { MESSAGES } from "./messages.ts";
import { THREADS } from "./threads.ts";
import { WORKERS } from "./workers.ts";

/** How long a case may take, in milliseconds. */
const LIMIT = 20_000;

const ABILITIES: Readonly<Record<string, Abilities>> = {
  deno: { transport: "tcp", startsBlocked: true },
  node: { transport: "ws", startsBlocked: true },
  bun: { transport: "ws", startsBlocked: true },
  browser: { transport: "native", startsBlocked: false },
};

const COMMON = [...MESSAGES, ...CONNECTIONS, ...ISOLATION, ...WORKERS];

/** Runs all cases, one after the other. */
export async function runSuite(
  runtime: string,
  host: string,
  report: (line: object) => void,
): Promise<void> {
  const abilities = ABILITIES[runtime];
  if (abilities === undefined) throw new TypeError(`Unknown: ${runtime}`);
  const cases = runtime === "node" ? [...COMMON, ...THREADS] : COMMON;
  const stage = stageAt(host, abilities);
  for (const each of cases) report(await runCase(each, stage));
  report({ figures: await measure(stage) });
}

async function runCase({ name, run }: Case, stage: Stage): Promise<object> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It took longer than ${LIMIT} ms`)),
      LIMIT,
    );
  });
  try {
    await Promise.race([run(stage), limit]);
    return { name };
  } catch (error) {
    return { name, error: error instanceof Error ? error.stack : `${error}` };
  } finally {
    clearTimeout(timer);
  }
}

function stageAt(host: string, abilities: Abilities): Stage {
  let count = 0;
  // Other runtimes talk to the same server.
  const run = crypto.randomUUID();
  return {
    ...abilities,
    isFull: abilities.transport !== "native",
    host,
    url: (path) => {
      count += 1;
      return `ws://${host}/${path}?id=${run}-${count}`;
    },
    seen: async (url): Promise<Seen> => {
      const answer = await fetch(url.replace(/^ws/, "http"));
      return await answer.json();
    },
  };
}

const process: NodeJS.Process | undefined = Reflect.get(globalThis, "process");
if (process !== undefined) {
  const [, , runtime = "", host = ""] = process.argv;
  let failures = 0;
  await runSuite(runtime, host, (line) => {
    if ("error" in line) failures += 1;
    console.log(JSON.stringify(line));
  });
  // A case that failed may have left something open. Otherwise nothing may be.
  if (failures > 0) process.exit();
}
