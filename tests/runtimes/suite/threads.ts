/** Threads of Node and Bun: what ends them, and that it is reported and survived. */

import { type FailureEvent, ReconnectingWebSocket } from "@holdfast/websocket";
import { type Case, check, end, equal, next } from "./case.ts";

/** Waits until a hook ends the worker, and until there is another. */
export async function dies(
  url: string,
  hooks: string,
  text: RegExp,
): Promise<void> {
  const socket = new ReconnectingWebSocket(url, [], {
    worker: "dedicated",
    heartbeat: { interval: 20, message: { hook: true } },
    hooks: new URL(`./hooks/${hooks}`, import.meta.url),
  });
  const { error } = await next<FailureEvent>(socket, "error");
  equal(error.name, "WorkerError");
  check(text.test(error.message), error.message);
  await next(socket, "open");
  await end(socket);
}

const EXIT: Case = {
  name: "tells that its thread has exited, and starts another",
  run: ({ url }) => dies(url("echo"), "exiting.ts", /code 7/),
};
const MEMORY: Case = {
  name: "tells that its thread is out of memory, and starts another",
  run: ({ url }) => dies(url("echo"), "greedy.ts", /memory/i),
};

/** The cases, by runtime. */
export const THREADS: Readonly<Record<string, readonly Case[]>> = {
  node: [EXIT, MEMORY],
  bun: [EXIT],
};
