/**
 * The long run itself, in a process that does nothing else. It prints its
 * report as one line of JSON.
 *
 * ```sh
 * deno run --allow-all --v8-flags=--expose-gc tests/system/soak/program.ts <plan as JSON>
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { type Holdings, holdings } from "./counting.ts";
import { WorkerHost } from "@holdfast/websocket";
import { randomFrom } from "../chaos/schedule/random.ts";
import type { Report, Sample, SoakPlan } from "./report.ts";
import { type Balance, balance } from "./tally.ts";
import { startTallyServer, type TallyServer } from "./tally_server.ts";
import { Traveller } from "./traveller.ts";

/** So many samples are taken. */
const SAMPLES = 50;
const TRANSPORTS = ["tcp", "ws", "native"] as const;
const SEED = 1;
/** Nearly all frames of any stack. */
Error.stackTraceLimit = 200;

/** Kept open: one that is closed and made anew at once is deaf in Deno. */
const channel = new BroadcastChannel("holdfast-soak");
let rejections = 0;

if (import.meta.main) {
  const plan: SoakPlan = JSON.parse(Deno.args[0] ?? "{}");
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    rejections += 1;
  });
  console.log(JSON.stringify(await soak(plan)));
  channel.close();
}

async function soak(plan: SoakPlan): Promise<Report> {
  const { reconnects, messages, reader, ...journey } = plan;
  await using server = await startTallyServer();
  const started = performance.now();
  const samples: Sample[] = [];
  const balances: Balance[] = [];
  {
    const url = new URL("./counting_worker.ts", import.meta.url);
    await using host = new WorkerHost({ url });
    // Half of the messages are answers, and some are lost.
    const perLeg = Math.ceil(messages / 2 / reconnects) + journey.around;
    const travellers = TRANSPORTS.map((transport, index) =>
      new Traveller({
        url: `${server.url}/${transport}`,
        options: {
          transport,
          worker: host,
          backoff: { strategy: "exponential", initialDelay: 1, maxDelay: 10 },
        },
        random: randomFrom(SEED + index),
        messages: perLeg,
        reader,
        ...journey,
      })
    );
    const perSample = Math.ceil(reconnects / TRANSPORTS.length / SAMPLES);
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await Promise.all(travellers.map(async (traveller) => {
        for (let leg = 0; leg < perSample; leg += 1) await traveller.travel();
      }));
      samples.push(await measure(travellers, (sample + 1) * perSample));
    }
    for (const [index, traveller] of travellers.entries()) {
      await traveller.end();
      balances.push(await settle(server, traveller, TRANSPORTS[index]!));
    }
  }
  return {
    seconds: (performance.now() - started) / 1_000,
    balances,
    samples,
    rejections,
    left: { ...holdings(), threads: count("/proc/self/task") },
  };
}

async function settle(
  server: TallyServer,
  { tally }: Traveller,
  transport: string,
): Promise<Balance> {
  return balance(await server.connections(`/${transport}`), tally);
}

async function measure(
  travellers: readonly Traveller[],
  legs: number,
): Promise<Sample> {
  const worker = await askWorker();
  const main = holdings();
  return {
    reconnects: legs * travellers.length,
    mainHeap: main.heap,
    workerHeap: worker.heap,
    rss: Deno.memoryUsage().rss,
    mainTimers: main.timers,
    workerTimers: worker.timers,
    listeners: main.listeners + worker.listeners,
    descriptors: count("/proc/self/fd"),
    threads: count("/proc/self/task"),
    stackDepth: Math.max(...travellers.map(({ stackDepth }) => stackDepth)),
  };
}

async function askWorker(): Promise<Holdings> {
  const answer = Promise.withResolvers<Holdings>();
  channel.onmessage = ({ data }) => answer.resolve(data);
  // A worker that has just followed another one may not listen yet.
  const asking = setInterval(() => channel.postMessage("ask"), 100);
  const holdings = await answer.promise;
  clearInterval(asking);
  return holdings;
}

function count(folder: string): number {
  return [...Deno.readDirSync(folder)].length;
}
