/**
 * The CPU time of a message, by the threads that it passes. It depends less on
 * what else a machine does than rates do. Linux only: it reads `/proc`.
 *
 * @module
 */

import { median } from "../harness/statistics.ts";
import {
  FiguresServer,
  measureDown,
  measureUp,
  MESSAGES,
  open,
} from "./figures.ts";

const ROUNDS = 7;
const CASES = [
  ["up, without", measureUp, "plain"],
  ["up, with", measureUp, "memory"],
  ["down, without", measureDown, "plain"],
  ["down, with", measureDown, "memory"],
] as const;

/** Columns of the table: threads of the client, and of the server. */
const COLUMNS = ["client", "worker", "server", "others"] as const;
type Column = typeof COLUMNS[number];
type Times = Record<Column, number>;

/** The table: microseconds for each message, the median of the rounds. */
export async function cpuOfThreads(): Promise<
  readonly (readonly string[])[]
> {
  await using server = await FiguresServer.start();
  const { port, pid } = await server.call({ type: "report" });
  // Its worker would end with the last socket, and its time with it.
  await using _keeper = await open("plain", port);
  const rounds: Times[][] = CASES.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, [, run, subject]] of CASES.entries()) {
      rounds[index]!.push(await measure(() => run(subject, port), pid));
    }
  }
  const body = CASES.map(([title], index) => {
    const times = COLUMNS.map((column) =>
      median(rounds[index]!.map((each) => each[column]))
    );
    const all = times.reduce((sum, time) => sum + time, 0);
    return [title, ...[...times, all].map((time) => time.toFixed(1))];
  });
  const head = ["µs for each message", "client's main thread", "its worker"];
  return [[...head, "server", "others", "all"], ...body];
}

async function measure(
  run: () => Promise<unknown>,
  pid: number,
): Promise<Times> {
  const before = timesOf(pid);
  await run();
  const after = timesOf(pid);
  const entries = COLUMNS.map((column) =>
    [column, (after[column] - before[column]) / MESSAGES / 1_000] as const
  );
  return Object.fromEntries(entries) as Times;
}

/** Nanoseconds of CPU so far. Both processes must have kept their threads. */
function timesOf(server: number): Times {
  const times: Times = { client: 0, worker: 0, server: 0, others: 0 };
  for (const pid of [Deno.pid, server]) {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${name}`;
      const thread = Deno.readTextFileSync(`${folder}/comm`).trim();
      const [used] = Deno.readTextFileSync(`${folder}/schedstat`).split(" ");
      times[columnOf(pid, Number(name), thread)] += Number(used);
    }
  }
  return times;
}

function columnOf(pid: number, id: number, thread: string): Column {
  if (id === pid) return pid === Deno.pid ? "client" : "server";
  return thread.startsWith("worker") ? "worker" : "others";
}
