/**
 * The common suite: all cases, one after the other, and the figures.
 *
 * @module
 */

import {
  type Abilities,
  blockIdly,
  type Case,
  type Seen,
  type Stage,
} from "./case.ts";
import { CONNECTIONS } from "./connections.ts";
import { measure } from "./figures.ts";
import { type Begun, blockOf, ISOLATION, PAUSE } from "./isolation.ts";
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

const COMMON = [...MESSAGES, ...CONNECTIONS, ...WORKERS, PAUSE];

/** What a run is for: `"figures"` takes some seconds more. */
export type Purpose = "cases" | "figures";

/** Runs all cases, one after the other but for those that share a block. */
export async function runSuite(
  runtime: string,
  { host, purpose }: { readonly host: string; readonly purpose: Purpose },
  report: (line: object) => void,
): Promise<void> {
  const abilities = ABILITIES[runtime];
  if (abilities === undefined) throw new TypeError(`Unknown: ${runtime}`);
  const cases = [...COMMON, ...THREADS[runtime] ?? []];
  const stage = stageAt(host, abilities);
  for (const each of [...cases, ...await runBlocked(stage)]) {
    const { needs } = each;
    if (needs !== undefined && !abilities.gives.includes(needs)) continue;
    report(await runCase(each, stage));
  }
  const figures = purpose === "figures" && { figures: await measure(stage) };
  report({ ended: true, ...figures });
}

/** Blocks this thread once, and gives what is to be checked then. */
async function runBlocked(stage: Stage): Promise<readonly Case[]> {
  const cases = ISOLATION.filter(({ needs }) => stage.gives.includes(needs));
  const begun: Promise<Begun>[] = [];
  for (const { begin } of cases) {
    const each = begin(stage);
    begun.push(each);
    await limited(each).catch(() => {});
  }
  if (cases.length > 0) blockIdly(blockOf(stage));
  // Asked at once: what happens later is no proof.
  const checks = begun.map(async (each) => {
    const { url, check } = await each;
    const seen = await stage.seen(url);
    return () => check(seen);
  });
  await Promise.allSettled(checks);
  return cases.map(({ name }, index) => ({
    name,
    run: async () => await (await checks[index])?.(),
  }));
}

async function runCase({ name, run }: Case, stage: Stage): Promise<object> {
  try {
    await limited(run(stage));
    return { name };
  } catch (error) {
    return { name, error: `${error}\n${stackOf(error)}` };
  }
}

/** Waits for what is done, or until it has taken too long. */
async function limited(done: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It took longer than ${LIMIT} ms`)),
      LIMIT,
    );
  });
  try {
    await Promise.race([done, limit]);
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
