/**
 * Measures what sessions cost, and compares what they lose with socket.io and MQTT:
 * on one server, and on two nodes with Redis. `losses` needs Debian's mosquitto.
 *
 * ```sh
 * deno task bench:sessions             # all tables
 * deno task bench:sessions --only cost # threads, losses, nodes, redis, attached
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { refuseUnknown } from "../../refuse_unknown.ts";
import { median } from "../harness/statistics.ts";
import {
  FiguresServer,
  measureAcknowledgements,
  measureDown,
  measureGap,
  measureIdle,
  measureRoundTrip,
  measureUp,
  type Subject,
  SUBJECTS,
} from "./figures.ts";
import { attachedFigures } from "./nodes/attached.ts";
import { redisFigures } from "./nodes/figures.ts";
import { lossesOfNodes } from "./nodes/losses.ts";
import { describe } from "./outcome.ts";
import { FAULTS, PEERS, Stage } from "./peers.ts";
import { cpuOfThreads } from "./threads.ts";

const ROUNDS = 7;

/** What is measured, by the name that `--only` takes. */
const PARTS = [
  "cost",
  "threads",
  "losses",
  "nodes",
  "redis",
  "attached",
] as const;

if (import.meta.main) {
  const unknown = refuseUnknown(
    `deno task bench:sessions [--only ${PARTS.join("|")}]`,
  );
  const { only } = parseArgs(Deno.args, { string: ["only"], unknown });
  if (only !== undefined && !PARTS.some((part) => part === only)) {
    unknown(`--only ${only}`);
  }
  const wants = (part: typeof PARTS[number]) =>
    only === undefined || only === part;
  if (wants("cost")) print(await costs());
  if (wants("threads")) print(await cpuOfThreads());
  if (wants("losses")) print(await losses());
  if (wants("nodes")) print(await lossesOfNodes());
  if (wants("redis")) print(await redisFigures());
  if (wants("attached")) print(await attachedFigures());
  const [load = NaN] = Deno.loadavg();
  console.log(
    `${navigator.hardwareConcurrency} cores, load average ${
      load.toFixed(1)
    }, ` +
      `Deno ${Deno.version.deno}`,
  );
  // Clients of socket.io keep timers.
  Deno.exit();
}

type Table = readonly (readonly string[])[];

function print([head = [], ...body]: Table): void {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map(() => "---");
  console.log([head, rule, ...body].map(line).join("\n") + "\n");
}

async function costs(): Promise<Table> {
  await using server = await FiguresServer.start();
  const { port } = await server.call({ type: "report" });
  // While the file is new, and the heap small.
  const idle = {
    memory: await measureIdle("memory", server, port),
    sqlite: await measureIdle("sqlite", server, port),
  };
  const up = await interleaved((subject) => measureUp(subject, port));
  const down = await interleaved((subject) => measureDown(subject, port));
  const trip = await interleaved((subject) => measureRoundTrip(subject, port));
  const gap = await interleaved((subject) =>
    subject === "plain"
      ? Promise.resolve(NaN)
      : measureGap(subject, server, port)
  );
  const alone = await measureAcknowledgements(port);
  return [
    ["what", "reach", "without", "memory", "SQLite"],
    row("100 B to the server", "≥ 0.8 ×", SUBJECTS.map(rates(up))),
    row("100 B from the server", "≥ 0.8 ×", SUBJECTS.map(rates(down))),
    row(
      "round trip, p50",
      "≤ + 0.05 ms (memory)",
      SUBJECTS.map((subject) => {
        const more = trip[subject] - trip.plain;
        return `${trip[subject].toFixed(2)} ms` +
          (subject === "plain" ? "" : ` (+ ${more.toFixed(2)})`);
      }),
    ),
    row("10,000 missed messages caught up", "≤ 150 ms (memory)", [
      "–",
      `${gap.memory.toFixed(0)} ms`,
      `${gap.sqlite.toFixed(0)} ms`,
    ]),
    row("acknowledgements alone per 1,000 messages, up / down", "≤ 35", [
      "–",
      `${alone.up.toFixed(0)} / ${alone.down.toFixed(0)}`,
      "",
    ]),
    row("a detached session without messages", "≤ 1 KiB (memory)", [
      "–",
      `${idle.memory.toFixed(0)} B`,
      `${idle.sqlite.toFixed(0)} B`,
    ]),
  ];
}

function row(
  title: string,
  reach: string,
  cells: readonly string[],
): readonly string[] {
  return [title, reach, ...cells];
}

/** Rounds take turns, so that what slows the machine down hits all alike. */
async function interleaved(
  measure: (subject: Subject) => Promise<number>,
): Promise<Record<Subject, number>> {
  const all: Record<Subject, number[]> = { plain: [], memory: [], sqlite: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const subject of SUBJECTS) {
      all[subject].push(await measure(subject));
    }
  }
  return {
    plain: median(all.plain),
    memory: median(all.memory),
    sqlite: median(all.sqlite),
  };
}

function rates(of: Record<Subject, number>) {
  return (subject: Subject): string => {
    const rate = `${Math.round(of[subject]).toLocaleString("en")}/s`;
    const ratio = (of[subject] / of.plain).toFixed(2);
    return subject === "plain" ? rate : `${rate} (${ratio} ×)`;
  };
}

async function losses(): Promise<Table> {
  const body: string[][] = [];
  for (const fault of FAULTS) {
    const cells: string[] = [];
    for (const peer of PEERS) {
      await using stage = await Stage.open(peer);
      cells.push(describe(await fault.run(stage)));
    }
    body.push([fault.title, ...cells]);
  }
  const titles = ["holdfast, SQLite", "socket.io 4.8, recovery", "MQTT, QoS 2"];
  return [["fault", ...titles], ...body];
}
