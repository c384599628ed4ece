/**
 * The common suite: all cases, one after the other, and the figures.
 *
 * @module
 */

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
  deno: { transport: "tcp", gives: ["network", "isolation", "start"] },
  node: { transport: "ws", gives: ["network", "isolation", "start"] },
  bun: { transport: "ws", gives: ["network", "isolation", "start"] },
  chromium: { transport: "native", gives: ["isolation", "tabs"] },
  firefox: { transport: "native", gives: [] },
  webkit: { transport: "native", gives: [] },
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
  const cases = [...COMMON, ...THREADS[runtime] ?? []];
  const stage = stageAt(host, abilities);
  for (const each of cases) {
    const { needs } = each;
    if (needs !== undefined && !abilities.gives.includes(needs)) continue;
    report(await runCase(each, stage));
  }
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
    return { name, error: `${error}\n${stackOf(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function stageAt(host: string, abilities: Abilities): Stage {
  let count = 0;
  // Other runtimes talk to the same server.
  const run = crypto.randomUUID();
  return {
    ...abilities,
    isFull: abilities.gives.includes("network"),
    host,
    url: (path) => {
      count += 1;
      return `ws://${host}/${path}?id=${run}-${count}`;
    },
    nowhere: async () => {
      const answer = await fetch(`http://${host}/unused`);
      return `ws://127.0.0.1:${await answer.json()}/`;
    },
    seen: async (url): Promise<Seen> => {
      const answer = await fetch(url.replace(/^ws/, "http"));
      return await answer.json();
    },
  };
}
